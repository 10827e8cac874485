"""Records in the formats of other tools, so that runs stand beside those that were logged there."""
