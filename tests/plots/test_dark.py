"""Charts follow the theme of the page that they stand in, whatever the system prefers."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from vidlearn import plots

PAGES = {
    "website": '<html data-theme="{theme}"><body>{figure}</body></html>',
    "jupyterlab": '<body data-jp-theme-light="{flag}">{figure}</body>',
    "elsewhere": "<body>{figure}</body>",
}


@pytest.mark.browser
@pytest.mark.parametrize("system", ["light", "dark"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("place", PAGES)
def test_a_chart_is_light_or_dark_as_its_page_is(shown, browser, place, theme, system):
    figure, ax = plt.subplots(figsize=(3, 2))
    ax.plot([1, 2])
    plots.show(figure, "A line.")
    flag = "true" if theme == "light" else "false"
    page = browser.new_page(color_scheme=system)
    page.set_content(PAGES[place].format(theme=theme, flag=flag, figure=shown[0].html))
    seen = np.array(Image.open(io.BytesIO(page.locator("img").screenshot())).convert("L"))
    page.close()
    paper = seen[3, 3]
    if theme == "light" or place == "elsewhere":
        assert paper == 255
        assert seen.min() < 40
    else:
        assert paper < 40
        assert seen.max() > 200
