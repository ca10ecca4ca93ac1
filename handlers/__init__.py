"""What the bot says and hears: one file per subject of conversation; decides, never writes."""
