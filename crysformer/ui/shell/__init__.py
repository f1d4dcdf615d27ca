"""What every page draws: frame, crystal picker, view and export menus."""
