"""What every page draws: frame and menu, crystal picker, view and export menus."""
