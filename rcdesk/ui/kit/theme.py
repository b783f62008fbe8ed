"""The look of the desk: one style sheet and one QPalette made from the tokens, followed live.

Theme.apply(app) sets both and rebuilds them when the system's colour scheme or font changes. Painters ask
current() for colours and listen to Theme.changed for repainting. Labels choose their looks with the dynamic
property ``role``, buttons with ``kind``. GUI thread. Read next: tokens.py, style_sheet() below, icons.py.

Roles: pageTitle cardTitle section rowTitle body label small muted good wait bad. Kinds: primary call plain
link danger quiet key. A frame with ``surface`` = card | well | table | bar | tint gets that background.
"""

from __future__ import annotations

from string import Template

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from rcdesk.ui.kit.plain_text import PLAIN
from rcdesk.ui.kit.tokens import DARK, LIGHT, ColorTokens, by_name

BASE_PX = 14.0
BASE_POINTS = 11.0

_SHEET = Template("""
QWidget { color: $ink; font-size: ${p14}px; }
QMainWindow, QWidget[surface="canvas"] { background: $canvas; }
QFrame[surface="card"] { background: $surface; border: 1px solid $hairline; border-radius: 12px; }
QFrame[surface="well"] { background: $well; border: none; border-radius: 10px; }
QFrame[surface="table"] { background: $table; border: none; border-radius: 10px; }
QFrame[surface="bar"] { background: $accent_tint; border: 1px solid $accent_line; border-radius: 10px; }
QFrame[surface="bar"][tone="wait"] { background: $wait_tint; border-color: $wait_line; }
QFrame[surface="bar"][tone="bad"] { background: $bad_tint; border-color: $bad_line; }
QFrame[surface="tint"] { background: $accent_tint; border: none; border-radius: 10px; }
QScrollArea, QScrollArea > QWidget > QWidget[surface="clear"] { background: transparent; border: none; }

QLabel { background: transparent; color: $ink; }
QLabel[role="pageTitle"] { font-size: ${p26}px; font-weight: 700; }
QLabel[role="cardTitle"] { font-size: ${p22}px; font-weight: 700; }
QLabel[role="section"] { font-size: ${p17}px; font-weight: 700; }
QLabel[role="rowTitle"] { font-size: ${p14}px; font-weight: 600; }
QLabel[role="body"] { font-size: ${p14}px; }
QLabel[role="label"] { font-size: ${p13}px; font-weight: 600; color: $ink2; }
QLabel[role="small"] { font-size: ${p12}px; color: $ink2; }
QLabel[role="muted"] { font-size: ${p13}px; color: $ink3; }
QLabel[role="good"] { font-size: ${p13}px; font-weight: 600; color: $good_ink; }
QLabel[role="wait"] { font-size: ${p13}px; font-weight: 600; color: $wait_ink; }
QLabel[role="bad"] { font-size: ${p13}px; font-weight: 600; color: $bad_ink; }

QPushButton { background: $surface; color: $ink; border: 1px solid $hairline; border-radius: 8px;
    padding: 7px 16px; font-weight: 600; min-height: 20px; outline: none; }
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $press; }
QPushButton:disabled { color: $ink3; background: $well; border-color: $hairline; }
QPushButton[kind="primary"] { background: $accent; color: $onaccent; border: 1px solid $accent; }
QPushButton[kind="primary"]:hover { background: $accent_h; border-color: $accent_h; }
QPushButton[kind="primary"]:pressed { background: $accent_p; border-color: $accent_p; }
QPushButton[kind="call"] { background: $good; color: $ongood; border: 1px solid $good;
    font-size: ${p15}px; min-height: 30px; }
QPushButton[kind="call"]:hover { background: $good; border-color: $good_ink; }
QPushButton[kind="call"]:pressed { background: $good; border: 2px solid $good_ink; }
QPushButton[kind="primary"]:disabled, QPushButton[kind="call"]:disabled {
    background: $well; color: $ink3; border: 1px solid $hairline; }
QPushButton[kind="danger"] { background: $bad; color: $onaccent; border: 1px solid $bad; }
QPushButton[kind="danger"]:hover { background: $bad_h; border-color: $bad_h; }
QPushButton[kind="link"] { background: transparent; color: $accent_ink; border: 1px solid transparent;
    padding: 4px 6px; }
QPushButton[kind="link"]:hover { background: $accent_tint; }
QPushButton[kind="link"]:disabled { background: transparent; color: $ink3; border-color: transparent; }
QPushButton[kind="quiet"] { background: transparent; color: $ink2; border: 1px solid transparent;
    padding: 4px; }
QPushButton[kind="quiet"]:hover { background: $hover; }
QPushButton[kind="filter"] { background: transparent; color: $ink2; border: 1px solid $hairline;
    border-radius: 15px; padding: 4px 14px; }
QPushButton[kind="filter"]:hover { background: $hover; }
QPushButton[kind="filter"]:checked { background: $accent_tint; color: $accent_ink;
    border-color: $accent_line; }
QPushButton[kind="key"] { background: $key; border: 1px solid transparent; border-radius: 10px; padding: 0; }
QPushButton[kind="key"]:hover { background: $key_h; }
QPushButton[kind="key"]:pressed { background: $key_p; }
QToolButton { background: transparent; color: $ink2; border: 1px solid transparent; border-radius: 8px;
    padding: 4px; }
QToolButton:hover { background: $hover; }
QToolButton:pressed { background: $press; }

QLineEdit, QPlainTextEdit, QTextEdit, QComboBox, QSpinBox { background: $surface; color: $ink;
    border: 1px solid $border; border-radius: 8px; padding: 6px 10px; selection-background-color: $accent;
    selection-color: $onaccent; placeholder-text-color: $ink3; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QComboBox:focus, QSpinBox:focus {
    border: 2px solid $accent; padding: 5px 9px; }
QLineEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled { color: $ink3; background: $well; }
QLineEdit[kind="search"] { background: $well; border: 1px solid transparent; }
QLineEdit[kind="search"][place="canvas"] { background: $surface; border: 1px solid $hairline; }
QLineEdit[kind="search"]:focus { border: 2px solid $accent; }
QLineEdit[kind="bare"], QLineEdit[kind="bare"]:focus { background: transparent; border: none; padding: 0; }
QLineEdit[kind="number"] { font-size: ${p22}px; font-weight: 600; padding: 0 12px; border-radius: 10px;
    min-height: 54px; max-height: 54px; }
QLineEdit[kind="number"]:focus { padding: 0 11px; min-height: 52px; max-height: 52px; }
QLineEdit[kind="number"][blank="true"] { font-weight: 400; }
QLineEdit[problem="true"], QPlainTextEdit[problem="true"] { border-color: $bad; }
QComboBox { min-height: 22px; padding-right: 2px; }
QComboBox::drop-down { border: none; width: 28px; }
QComboBox::down-arrow { image: none; }
QComboBox QAbstractItemView { background: $raised; color: $ink; border: 1px solid $hairline;
    selection-background-color: $accent_tint; selection-color: $ink; outline: none; padding: 4px; }

QListView, QTreeView, QTableView { background: transparent; border: none; outline: none; color: $ink;
    selection-background-color: $accent_tint; selection-color: $ink; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; }
QScrollBar::handle { background: $switch_off; border-radius: 3px; }
QScrollBar::handle:vertical { min-height: 32px; margin: 3px; }
QScrollBar::handle:horizontal { min-width: 32px; margin: 3px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; border: none; background: none; }
QScrollBar::add-page, QScrollBar::sub-page { background: none; }
QMenu { background: $raised; color: $ink; border: 1px solid $hairline; border-radius: 8px; padding: 6px; }
QMenu::item { padding: 7px 24px 7px 14px; border-radius: 6px; }
QMenu::item:selected { background: $accent_tint; }
QMenu::item:disabled { color: $ink3; }
QMenu::separator { height: 1px; background: $hairline; margin: 5px 8px; }
QToolTip { background: $raised; color: $ink; border: 1px solid $hairline; padding: 5px 8px; }
$plain
QBalloonTip, QBalloonTip QLabel { background: $raised; color: $ink; }
QBalloonTip QPushButton { background: transparent; border: none; padding: 0; min-height: 0; }
QProgressBar { background: $well; border: none; border-radius: 3px; max-height: 6px; color: transparent; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QCheckBox, QRadioButton { background: transparent; spacing: 8px; }

QPushButton[keyboardFocus="true"], QToolButton[keyboardFocus="true"] { border: 2px solid $accent; }
QPushButton[kind="primary"][keyboardFocus="true"], QPushButton[kind="call"][keyboardFocus="true"],
QPushButton[kind="danger"][keyboardFocus="true"] { border: 2px solid $ink; }
""")


def style_sheet(tokens: ColorTokens, scale: float = 1.0) -> str:
    """The style sheet for these colours; scale multiplies the type sizes (1.0 = a 14 px body)."""
    sizes = {f"p{px}": str(round(px * scale)) for px in (12, 13, 14, 15, 17, 22, 26)}
    return _SHEET.substitute(by_name(tokens) | sizes, plain=PLAIN)


def palette(tokens: ColorTokens) -> QPalette:
    """The same colours for native dialogs and for what the style paints itself."""
    made = QPalette()
    roles = {
        QPalette.ColorRole.Window: tokens.canvas,
        QPalette.ColorRole.WindowText: tokens.ink,
        QPalette.ColorRole.Base: tokens.surface,
        QPalette.ColorRole.AlternateBase: tokens.well,
        QPalette.ColorRole.Text: tokens.ink,
        QPalette.ColorRole.PlaceholderText: tokens.ink3,
        QPalette.ColorRole.Button: tokens.surface,
        QPalette.ColorRole.ButtonText: tokens.ink,
        QPalette.ColorRole.BrightText: tokens.bad_ink,
        QPalette.ColorRole.ToolTipBase: tokens.raised,
        QPalette.ColorRole.ToolTipText: tokens.ink,
        QPalette.ColorRole.Highlight: tokens.accent,
        QPalette.ColorRole.HighlightedText: tokens.onaccent,
        QPalette.ColorRole.Link: tokens.accent_ink,
        QPalette.ColorRole.LinkVisited: tokens.accent_ink,
        QPalette.ColorRole.Light: tokens.raised,
        QPalette.ColorRole.Midlight: tokens.hover,
        QPalette.ColorRole.Mid: tokens.hairline,
        QPalette.ColorRole.Dark: tokens.border,
        QPalette.ColorRole.Shadow: tokens.shadow,
    }
    for role, value in roles.items():
        made.setColor(role, QColor(value))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(tokens.ink3))
    return made


class Theme(QObject):
    """The look in force. changed() follows every new set of colours or sizes."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._app: QApplication | None = None
        self._scheme = "system"
        self.tokens = LIGHT
        self.scale = 1.0
        """Type size against the design's 14 px body."""

    def apply(self, app: QApplication, scheme: str = "system") -> None:
        """Dress the application; scheme is "light", "dark" or "system" (followed live)."""
        if self._app is not app:
            self._app = app
            app.setStyle("Fusion")
            app.styleHints().colorSchemeChanged.connect(self._rebuild)
            app.fontDatabaseChanged.connect(self._rebuild)
            app.focusChanged.connect(self._focus_changed)
        self.set_scheme(scheme)

    def set_scheme(self, scheme: str) -> None:
        """Choose "light", "dark" or "system"; anything else counts as "system"."""
        self._scheme = scheme if scheme in ("light", "dark") else "system"
        self._rebuild()

    @Slot()
    def _rebuild(self) -> None:
        app = self._app
        if app is None:
            return
        self.tokens = DARK if self._wants_dark(app) else LIGHT
        self.scale = _scale_of(app.font())
        app.setPalette(palette(self.tokens))
        app.setStyleSheet(style_sheet(self.tokens, self.scale))
        self.changed.emit()

    def _wants_dark(self, app: QApplication) -> bool:
        if self._scheme != "system":
            return self._scheme == "dark"
        return app.styleHints().colorScheme() == Qt.ColorScheme.Dark

    @Slot(QWidget, QWidget)
    def _focus_changed(self, old: QWidget | None, new: QWidget | None) -> None:
        """Mark the focused widget only when the keyboard brought the focus there."""
        mark_focus(old, is_shown=False)
        mark_focus(new, is_shown=_last_focus_was_keyboard())


def _last_focus_was_keyboard() -> bool:
    """A focus that a click brought arrives while the button is still down."""
    return QApplication.mouseButtons() == Qt.MouseButton.NoButton


def _scale_of(font: QFont) -> float:
    """System fonts up to 11 pt get the design's 14 px body; larger ones scale everything, at most doubled."""
    points = font.pointSizeF()
    ratio = points / BASE_POINTS if points > 0 else font.pixelSize() / BASE_PX
    return min(2.0, max(1.0, ratio))


def mark_focus(widget: QWidget | None, *, is_shown: bool) -> None:
    """Set the dynamic property behind the focus ring of buttons and polish the widget again."""
    if not isinstance(widget, QAbstractButton):
        return
    try:
        if bool(widget.property("keyboardFocus")) == is_shown:
            return
        widget.setProperty("keyboardFocus", is_shown)
        repolish(widget)
    except RuntimeError:  # the C++ side is being destroyed
        return


def repolish(widget: QWidget) -> None:
    """Make the style sheet look again at the widget's dynamic properties."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def set_role(widget: QWidget, role: str) -> None:
    """Change the role of a label, only when it differs."""
    if widget.property("role") != role:
        widget.setProperty("role", role)
        repolish(widget)


_theme: Theme | None = None


def theme() -> Theme:
    global _theme
    if _theme is None:
        _theme = Theme()
    return _theme


def current() -> ColorTokens:
    """The colours in force now."""
    return theme().tokens


def apply(app: QApplication, scheme: str = "system") -> Theme:
    """Dress the application in "light", "dark" or the "system" scheme; the Theme returned lives on."""
    made = theme()
    made.apply(app, scheme)
    return made
