# Run all cells to fetch the figures anew from the chapter as it is stored.
import nbformat
from IPython.display import display

CELLS = nbformat.read("chapter.ipynb", as_version=4).cells


def figure(number):
    """Figure ``number`` of the chapter, with all it can do."""
    mark = f'id="fig-{number.replace(".", "-")}"'
    for output in (o for cell in CELLS for o in cell.get("outputs", [])):
        if mark in output.get("data", {}).get("text/html", ""):
            display(output["data"], raw=True)
