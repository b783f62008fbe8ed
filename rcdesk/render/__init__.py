"""Child processes that draw with QtGui: HTML files and covers, and the drawing they share with the window."""
