"""The one script in which every handler file registers its questions, commands and standing questions."""

from quarantine.conversation import Script

script = Script()
