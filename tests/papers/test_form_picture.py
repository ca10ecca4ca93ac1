"""The picture above Zalo's form for a phone number."""

from io import BytesIO

from PIL import Image

from papers.form_picture import form_picture


def test_the_picture_is_small_and_wide():
    """Zalo takes pictures of 1 MB at most; this one is a twentieth of it, and wide as a form's head is."""
    content = form_picture()
    assert len(content) < 50_000
    with Image.open(BytesIO(content)) as image:
        assert (image.format, image.size) == ("PNG", (800, 450))
        assert len(image.getcolors(maxcolors=100_000)) > 2
