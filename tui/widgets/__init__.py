"""The widgets: lists, panes and bars."""
