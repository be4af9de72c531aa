"""How nbconvert makes a show of a deck that lies beside this folder, with the files of this folder:

jupyter nbconvert --config show/nbconvert.py --to slides 07_self_attention.ipynb
"""

from pathlib import Path

HERE = Path(__file__).resolve().parent
c = get_config()  # noqa: F821  # pyright: ignore  # nbconvert gives it to what it reads
c.SlidesExporter.template_name = HERE.name
c.SlidesExporter.extra_template_basedirs = [str(HERE.parent)]
c.SlidesExporter.exclude_input_prompt = True
c.SlidesExporter.exclude_output_prompt = True
c.SlidesExporter.exclude_anchor_links = True
c.TagRemovePreprocessor.enabled = True
c.TagRemovePreprocessor.remove_input_tags = {"hide-input"}
c.CSSHTMLHeaderPreprocessor.style = "default"
