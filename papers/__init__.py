"""Files in and out: lists read and sent back, lists of units, guidance cards, leaflets and day sheets."""
