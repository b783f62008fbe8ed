"""What a fax is: states, folders, paper and pages, causes, when it is repeated."""
