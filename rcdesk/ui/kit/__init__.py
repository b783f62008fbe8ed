"""Parts that know no feature: theme, icons, controls, lists."""
