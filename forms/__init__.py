"""From a compiled field to the control that asks for it, and from a posted form to a raw row. No web, no templates."""
