"""The panels that open in place of the detail: forms, choices, histories, help."""
