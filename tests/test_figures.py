"""Figures: numbered, captioned, described, deterministic, and safe to stand side by side."""

import base64
import io
import json
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from mmbook import figures
from mmbook.data import damage, load_digits, load_emoji, torn
from mmbook.figures.pixels import png_bytes
from mmbook.figures.svg import text_width

WORDS = dict(caption="What to see in this picture.", alt="What the data show, in words.")


@pytest.fixture(scope="module")
def digits():
    return load_digits("val")


def curve():
    fig, ax = figures.subplots(width=3)
    ax.plot([0, 1, 4], color=figures.COLORS["image"])
    ax.set_xlabel("step")
    return fig


def svg_of(markup: str) -> str:
    """The picture, without what stands below it on its held sample."""
    svg = base64.b64decode(re.search(r"svg\+xml;base64,([^\"]+)", markup)[1]).decode()
    return re.sub(r"<g data-words.*", "</svg>", svg, flags=re.DOTALL)


def clouds_of(markup: str) -> str:
    """The same without the line and the rings of the held sample."""
    return re.sub(r"<g data-lit.*?</g></g></g>(?=</g>)", "", svg_of(markup))


def explorer(n=7, **change):
    rng = np.random.default_rng(0)
    arguments = dict(
        panels={"apart": {"image": rng.normal(size=(n, 2)), "speech": rng.normal(size=(n, 2))}},
        thumbnails=rng.integers(0, 256, (n, 5, 3), dtype=np.uint8),
        names=[f"name {i}" for i in range(n)],
        number="4.7",
        **WORDS,
    )
    return figures.latent_explorer(**{**arguments, **change})


def test_a_figure_carries_its_number_anchor_caption_and_alternative_text():
    shown = figures.show(curve(), number="4.3", **WORDS)
    html = shown._repr_html_()
    assert html.startswith('<figure class="mmbook-figure" id="fig-4-3"><img alt="What the data')
    assert "<figcaption><b>Figure 4.3.</b> What to see in this picture.</figcaption>" in html
    assert repr(shown) == "Figure 4.3. What to see in this picture."


def test_two_renderings_give_the_same_bytes():
    first, second = (figures.show(curve(), number="4.3", **WORDS).markup for _ in range(2))
    assert first == second
    assert explorer().markup == explorer().markup


def test_ink_follows_the_page_and_data_keep_their_colour():
    svg = svg_of(figures.show(curve(), number="4.3", **WORDS).markup)
    ET.fromstring(svg)
    assert svg.startswith("<svg fill='currentColor'") and figures.INK not in svg
    assert figures.COLORS["image"].lower() in svg.lower()


def test_ids_of_two_figures_do_not_collide_and_each_reference_resolves():
    svgs = [svg_of(figures.show(curve(), number=n, **WORDS).markup) for n in ("4.3", "4.4")]
    ids = [set(re.findall(r'\bid="([^"]+)"', svg)) for svg in svgs]
    assert ids[0] and not ids[0] & ids[1]
    for svg, known in zip(svgs, ids, strict=True):
        assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', svg)) <= known


def test_a_png_figure_is_white_and_small():
    markup = figures.show(curve(), number="4.3", format="png", dpi=50, **WORDS).markup
    png = base64.b64decode(re.search(r"png;base64,([^\"]+)", markup)[1])
    image = Image.open(io.BytesIO(png)).convert("RGB")
    assert image.width == 150 and image.getpixel((1, 1)) == (255, 255, 255)


def test_captions_are_escaped_and_code_is_set_as_code():
    words = {**WORDS, "caption": "Loss < 1 in `fit` & more.", "alt": 'A "quoted" description.'}
    html = figures.show(curve(), number="4.3", **words).markup
    assert "Loss &lt; 1 in <code>fit</code> &amp; more." in html
    assert 'alt="A &quot;quoted&quot; description."' in html


def test_letters_keep_their_width():
    # Rounding an SVG's numbers must not round the scale of its letters.
    svg = svg_of(figures.show(curve(), number="4.3", **WORDS).markup)
    assert "scale(0.015625)" in svg or "scale(0.1 -0.1)" in svg


def test_legends_have_no_frame():
    fig, ax = figures.subplots()
    ax.plot([0, 1], label="a line")
    ax.legend()
    figures.show(fig, number="4.3", **WORDS)
    assert not ax.get_legend().get_frame_on()


def test_style_leaves_no_global_trace():
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    figures.show(curve(), number="4.3", **WORDS)
    assert dict(mpl.rcParams) == before


def test_intervals_are_drawn_where_the_numbers_are():
    fig, ax = figures.subplots()
    figures.plot_interval(ax, {"a": [1.0, 2.0, 3.0], "b": [5.0]}, chance=0.5)
    bar = next(line for line in ax.lines if len(line.get_xdata()) == 2 and line.get_lw() == 3)
    np.testing.assert_allclose(bar.get_xdata(), [2 - 2.484, 2 + 2.484], atol=1e-3)
    assert [t.get_text() for t in ax.get_yticklabels()] == ["a", "b"]


def test_curves_show_mean_and_interval_over_seeds():
    fig, ax = figures.subplots()
    figures.plot_curve(ax, np.array([[1.0, 4.0], [2.0, 4.0], [3.0, 4.0]]), "loss")
    np.testing.assert_allclose(ax.lines[0].get_ydata(), [2.0, 4.0])
    band = ax.collections[0].get_paths()[0].vertices
    assert band[:, 1].max() == pytest.approx(2 + 2.484, abs=1e-3)


def test_latent_plot_joins_only_the_pairs_asked_for():
    fig, ax = figures.subplots()
    codes = {"image": np.zeros((5, 2)), "speech": np.ones((5, 2))}
    figures.plot_latent(ax, codes, pairs=3)
    assert len(ax.lines) == 3 and len(ax.collections) == 2


def test_thumbnails_fill_the_sheet_row_by_row():
    fig, ax = figures.subplots()
    figures.plot_images(ax, np.arange(5)[:, None, None] * np.ones((5, 3, 2)) / 10, columns=3)
    sheet = ax.images[0].get_array()
    assert sheet.shape == (6, 6)
    assert sheet[0, 4] == pytest.approx(0.2) and sheet[3, 0] == pytest.approx(0.3)
    assert sheet[3, 5] == 0.0
    figures.plot_images(ax, np.ones((5, 3, 2)), columns=3, gap=1)
    np.testing.assert_array_equal(ax.images[1].get_array()[0], [1, 1, 0, 1, 1, 0, 1, 1])


def test_a_sample_is_its_drawing_and_its_recording_at_one_scale(digits):
    short = torn(digits, seed=1)
    for row in (3, 11):
        fig, ax = figures.subplots()
        figures.plot_sample(ax, short, row)
        sheet = ax.images[0].get_array()
        kept = short.speech_mask[row].sum()
        assert sheet.shape == (14, 24) and ax.images[0].get_clim() == (0, 1)
        assert sheet[5, 7] == short.image[row, 10, 14] / 255
        np.testing.assert_array_equal(
            sheet[:13, 16 : 16 + kept], figures.recording_image(short, row) / 255
        )
        assert not sheet[13, 14:].any() and not sheet[:, 16 + kept :].any()
    long = int(digits.speech_mask.sum(1).argmax())
    frames = digits.speech_mask[long].sum()
    with pytest.raises(ValueError, match=f"recording {long} has {frames} frames; .* at most 8"):
        figures.plot_sample(ax, digits, long)
    figures.plot_sample(ax, digits, long, frames=frames)
    assert ax.images[-1].get_array().shape == (14, 16 + frames)


def test_contact_sheet_shows_each_word_and_leaves_out_what_is_absent(digits):
    svg = figures.contact_sheet(digits, [0, 7, 31])
    ET.fromstring(svg)
    assert svg.count("<image") == 6
    for i in (0, 7, 31):
        assert f">{digits.text[i]}<" in svg and f">{digits.language_name[i]}<" in svg
    deaf = damage(digits, "speech", "drop", 1.0, seed=0)
    blind = damage(digits, "image", "drop", 1.0, seed=0)
    blind_sheet = figures.contact_sheet(blind, [0, 7, 31])
    assert blind_sheet.count("<image") == 3
    with pytest.raises(ValueError, match="no recording"):
        figures.contact_sheet(deaf, [0])


def test_a_game_has_named_rows_and_each_guess_below_its_panel(digits):
    guesses = {"image": ["4, 9", "1"], "speech": ["9, 5", "2"], "text": ["3", "6, 7, 8"]}
    svg = figures.contact_sheet(digits, [7, 31], guesses)
    ET.fromstring(svg)
    names = ("drawing", "recording", "word", "guesses")
    assert [svg.count(f">{name}<") for name in names] == [1, 1, 1, 3]
    for m, said in guesses.items():
        assert all(re.search(f'<g fill="{figures.COLORS[m]}"><text[^>]*>{g}<', svg) for g in said)
    left = [re.search(rf'<text x="([\d.]+)"[^>]*>{g}<', svg)[1] for g in ("4, 9", "1")]
    assert float(left[0]) < float(left[1]) and svg.count("<image") == 4
    pieces = torn(digits, seed=0)
    svg = figures.contact_sheet(pieces, [7, 31], guesses)
    wide = [float(w) for w in re.findall(r'width="([\d.]+)" height="44" href', svg)]
    frames = pieces.speech_mask.sum(1)
    assert frames.max() < 32  # the longest piece sets the scale, not the longest recording
    assert wide == pytest.approx(62 * frames[[7, 31]] / frames.max(), rel=1e-4)


def test_guesses_that_fit_no_sheet_are_an_error(digits):
    good = {"image": ["1"], "speech": ["1"], "text": ["1"]}
    with pytest.raises(ValueError, match=r"guesses\['text'\] has 2 entries; expected 1"):
        figures.contact_sheet(digits, [0], {**good, "text": ["1", "2"]})
    with pytest.raises(KeyError, match="guesses"):
        figures.contact_sheet(digits, [0], {"image": ["1"]})
    with pytest.raises(ValueError, match="given for Emoji"):
        figures.contact_sheet(load_emoji("val"), [0], good)


def test_contact_sheet_of_emoji_has_a_drawing_for_each_designer_who_drew():
    emoji = load_emoji("val")
    svg = figures.contact_sheet(emoji, [2, 3])
    ET.fromstring(svg)
    assert svg.count("<image") == emoji.image_mask[[2, 3]].sum()
    assert emoji.chinese[3] in svg and "openmoji" in svg


def test_explorer_is_a_picture_first_with_every_code_in_it():
    markup = explorer(n=7).markup
    assert 'class="mmbook-figure mmbook-interactive mmbook-latent" id="fig-4-7"' in markup
    svg = svg_of(markup)
    ET.fromstring(svg)
    assert sorted(re.findall(r'data-i="(\d+)"', svg)) == sorted([str(i) for i in range(7)] * 2)
    marked = clouds_of(explorer(n=7, marks=list("ABCDEFG")).markup)
    assert marked.count(">C</text>") == 2


def test_explorer_keeps_its_panel_square_and_its_points_inside():
    svg = svg_of(explorer(n=101).markup)
    x = np.array(re.findall(r'cx="(\d+)" cy="\d+" r="3"', svg), float)
    y = np.array(re.findall(r'cx="\d+" cy="(\d+)" r="3"', svg), float)
    assert x.min() >= 0 and x.max() <= 330 and y.min() >= 28 and y.max() <= 358


def test_atlas_gives_each_sample_its_own_tile():
    rng = np.random.default_rng(1)
    tiles = (rng.integers(0, 4, (7, 5, 3)) * 60).astype(np.uint8)
    facts = json.loads(
        re.search(r"application/json\">(.*?)</script>", explorer(thumbnails=tiles).markup)[1]
    )
    sheet = np.array(
        Image.open(io.BytesIO(base64.b64decode(facts["atlas"].split(",")[1]))).convert("L")
    )
    assert facts["tile"] == [3, 5]
    for i in range(7):
        y, x = divmod(i, facts["columns"])
        np.testing.assert_array_equal(255 - sheet[5 * y : 5 * y + 5, 3 * x : 3 * x + 3], tiles[i])


def test_a_name_cannot_end_the_script():
    markup = explorer(n=1, names=["</script><b>"]).markup
    assert markup.count("</script>") == 2


def test_explorer_of_two_hundred_samples_stays_small(digits):
    d = digits[:200]
    rng = np.random.default_rng(2)
    panels = {
        t: {m: rng.normal(size=(200, 2)) for m in ("image", "speech")} for t in ("apart", "meet")
    }
    markup = explorer(
        n=200, panels=panels, thumbnails=d.image, names=d.text.tolist(), marks=d.label.astype(str)
    ).markup
    assert len(markup) < 120_000


def test_palette_is_used_only_where_it_is_smaller():
    two = Image.fromarray(np.zeros((64, 64, 3), np.uint8))
    assert len(png_bytes(two)) < 200


def test_errors_name_what_came(digits):
    fig = curve()
    with pytest.raises(ValueError, match=r"number is '4'; expected chapter and place"):
        figures.show(fig, number="4", **WORDS)
    with pytest.raises(ValueError, match="alt is 'plot'"):
        figures.show(fig, number="4.1", caption=WORDS["caption"], alt="plot")
    with pytest.raises(ValueError, match="alt repeats the caption"):
        figures.show(fig, number="4.1", caption=WORDS["alt"], alt=WORDS["alt"])
    with pytest.raises(ValueError, match="'gif'"):
        figures.show(fig, number="4.1", format="gif", **WORDS)
    with pytest.raises(ValueError, match=r"shape \(3,\); expected \(S, points\)"):
        figures.plot_curve(None, np.ones(3), "loss")
    with pytest.raises(ValueError, match=r"\(5, 7\); expected \(n, h, w\)"):
        figures.plot_images(None, np.ones((5, 7)), 3)
    with pytest.raises(TypeError, match="data is a list; expected Digits or Emoji"):
        figures.contact_sheet([1], [0])
    with pytest.raises(ValueError, match="rows is empty"):
        figures.contact_sheet(digits, [])
    with pytest.raises(ValueError, match=r"'image' in 'apart' has shape \(3, 2\); expected \(7, 2"):
        explorer(panels={"apart": {"image": np.ones((3, 2))}})
    with pytest.raises(ValueError, match="panels is empty"):
        explorer(panels={})
    with pytest.raises(ValueError, match="thumbnails holds int64; expected uint8"):
        explorer(thumbnails=np.ones((7, 5, 3), int))
    with pytest.raises(ValueError, match="'marks' has 2 entries; expected 7"):
        explorer(marks=["a", "b"])
    with pytest.raises(ValueError, match="'apart' has 1 entries"):
        explorer(notes={"apart": ["x"]})


def test_explorer_draws_upwards_what_is_larger():
    codes = np.array([[0.0, 0.0], [0.0, 5.0], [2.0, 3.0]])
    svg = svg_of(explorer(n=3, panels={"a": {"image": codes}}).markup)
    y = {int(i): int(v) for i, v in re.findall(r'data-i="(\d)" cx="\d+" cy="(\d+)"', svg)}
    assert y[1] < y[2] < y[0]


def test_panels_may_show_different_modalities_and_the_key_names_each_once():
    codes = np.arange(6.0).reshape(3, 2)
    svg = svg_of(explorer(n=3, panels={"a": {"image": codes}, "b": {"speech": codes}}).markup)
    assert svg.count("code of the image") == svg.count("code of the speech") == 1
    left, right = svg.split("data-panel=")[1:]
    green = figures.COLORS["speech"]
    assert green not in left and green in right


def test_every_panel_may_have_its_own_marks_and_an_empty_one_is_a_dot():
    codes = {"image": np.arange(6.0).reshape(3, 2)}
    marks = {"a": {"image": ["", "7", ""]}, "b": {"image": ["1", "7", "9"]}}
    svg = clouds_of(explorer(n=3, panels={"a": codes, "b": codes}, marks=marks).markup)
    left, right = svg.split("data-panel=")[1:]
    assert left.count("<circle data-i") == 2 and left.count("<text data-i") == 1
    assert right.count("<text data-i") == 3


def test_what_is_no_modality_is_named_as_it_is_with_its_mark():
    codes = {"sound": np.arange(6.0).reshape(3, 2), "broken": np.ones((3, 2))}
    marks = {"a": {"sound": [""] * 3, "broken": ["×"] * 3}}
    svg = svg_of(explorer(n=3, panels={"a": codes}, marks=marks).markup)
    legend = svg.split("</g></g></g>")[-1]
    assert re.findall(r">([^<>]+)</text>", legend) == ["sound", "×", "broken"]
    assert legend.count("<circle") == 1 and "underline" not in svg and "code of" not in svg


def test_a_legend_shows_one_of_the_marks_where_every_point_has_its_own():
    marks = {"a": {"image": ["7", "1", "9"], "speech": ["", "1", "9"]}}
    codes = {m: np.arange(6.0).reshape(3, 2) for m in ("image", "speech")}
    svg = svg_of(explorer(n=3, panels={"a": codes}, marks=marks).markup)
    legend = svg.split("</g></g></g>")[-1]
    words = ["1", "code of the image", "code of the speech"]
    assert re.findall(r">([^<>]+)</text>", legend) == words
    assert "<circle" not in legend and legend.count("<path") == 1  # the dot of some of the speech


def test_edges_join_the_codes_they_name():
    codes = {"image": np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0]])}
    svg = svg_of(explorer(n=3, panels={"a": codes}, edges={"image": np.array([[0], [2]])}).markup)
    at = {i: (x, y) for i, x, y in re.findall(r'data-i="(\d)" cx="(\d+)" cy="(\d+)"', svg)}
    path = re.search(r'<path d="(M[^"]*)"', svg)[1]
    assert path == "M{} {}L{} {}".format(*at["0"], *at["2"])


def test_explorer_tells_modalities_apart_without_colour():
    plain, marked = (clouds_of(explorer(marks=m).markup) for m in (None, list("ABCDEFG")))
    assert len(re.findall(r"<circle data-i", plain)) == 7 == len(re.findall(r"<path data-i", plain))
    assert marked.count("text-decoration:underline") == 2  # the speech's points and its legend


def test_speech_is_drawn_low_coefficients_below_and_only_as_long_as_it_lasts(digits):
    d = damage(digits, "image", "drop", 1.0, seed=0)[:3]
    svg = figures.contact_sheet(d, [1])
    length = int(d.speech_mask[1].sum())
    width = float(re.search(r'<image [^>]*width="([\d.]+)"', svg)[1])
    assert length < 32 and width == pytest.approx(60 * length / 32, rel=1e-4)
    png = base64.b64decode(re.search(r"png;base64,([^\"]+)", svg)[1])
    heat = np.array(Image.open(io.BytesIO(png)).convert("RGB"), float)
    assert heat.shape[:2] == (13, length)
    low, high = np.percentile(d.speech[d.speech_mask], [2, 98], axis=0)
    level = np.clip((d.speech[1, :length] - low) / (high - low), 0, 1)
    green = heat[..., 1]  # viridis' green grows with the level
    for row in range(13):
        assert np.corrcoef(green[row], level[:, 12 - row])[0, 1] > 0.9


def test_words_are_escaped_in_a_contact_sheet(digits):
    from dataclasses import replace

    text = digits.text.copy()
    text[0] = "<&>"
    svg = figures.contact_sheet(replace(digits, text=text), [0])
    ET.fromstring(svg)
    assert "&lt;&amp;&gt;" in svg


def test_no_name_of_an_emoji_leaves_the_sheet():
    emoji = load_emoji("train")
    longest = [int(np.argmax(np.char.str_len(w))) for w in (emoji.english, emoji.chinese)]
    svg = figures.contact_sheet(emoji, longest)
    height = float(re.search(r'viewBox="0 0 \S+ (\S+)"', svg)[1])
    assert max(float(y) for y in re.findall(r'<text x="\S+" y="(\S+)"', svg)) < height
    lines = re.findall(r">([^<]*[\u4e00-\u9fff][^<]*)<", svg)
    assert max(text_width(line, 11) for line in lines) <= 72
    assert "".join(lines).replace(" ", "") == "".join(emoji.chinese[longest]).replace(" ", "")


def test_band_chance_line_and_points_stand_where_they_should():
    fig, (one, two, three) = figures.subplots(1, 3)
    figures.plot_curve(one, np.array([[1.0], [2.0], [3.0]]), "loss")
    band = one.collections[0].get_paths()[0].vertices[:, 1]
    assert band.min() == pytest.approx(2 - 2.484, abs=1e-3)
    figures.plot_interval(two, {"a": [1.0, 2.0]}, chance=0.3)
    assert any(list(line.get_xdata()) == [0.3, 0.3] for line in two.lines)
    figures.plot_latent(three, {"image": np.zeros((3, 2)), "text": np.ones((3, 2))})
    from matplotlib.colors import to_hex

    colors = [to_hex(c.get_facecolor()[0]).upper() for c in three.collections]
    assert colors == [figures.COLORS["image"], figures.COLORS["text"]]


def test_a_figure_has_no_background_of_its_own():
    fig = curve()
    assert fig.get_facecolor()[3] == 0 and fig.axes[0].get_facecolor()[3] == 0


def test_more_errors_name_what_came():
    ones, z = np.ones((7, 2)), np.zeros((7, 2))
    z[:2] = np.nan, np.inf
    with pytest.raises(ValueError, match="codes of 'image' in 'a' holds 4 NaN or infinite"):
        explorer(panels={"a": {"image": z}})
    with pytest.raises(ValueError, match="'b' has no codes"):
        explorer(panels={"a": {"image": ones}, "b": {}})
    with pytest.raises(ValueError, match=r"marks has panels \['b'\]; expected \['a'\]"):
        explorer(panels={"a": {"image": ones}}, marks={"b": {}})
    with pytest.raises(ValueError, match="'marks of image in a' has 1 entries; expected 7"):
        explorer(panels={"a": {"image": ones}}, marks={"a": {"image": ["x"]}})
    with pytest.raises(ValueError, match=r"\(7, 5, 3, 2\); expected \(7, h, w\)"):
        explorer(thumbnails=np.zeros((7, 5, 3, 2), np.uint8))
    with pytest.raises(ValueError, match="names is empty"):
        explorer(names=[])
    with pytest.raises(ValueError, match="picture is SVG markup"):
        figures.show("<svg/>", number="4.1", format="png", **WORDS)
    with pytest.raises(ValueError, match=r"number is 4.3; expected"):
        figures.show("<svg/>", number=4.3, **WORDS)
    with pytest.raises(ValueError, match="'a' has no runs"):
        figures.plot_interval(None, {"a": []})


@pytest.mark.parametrize("size", [0, -1, np.nan, np.inf])
def test_a_figure_without_a_size_is_refused_and_not_replaced(size):
    for name in ("width", "height"):
        with pytest.raises(ValueError, match=f"{name} is .*; expected a finite number above 0"):
            figures.subplots(**{name: size})


def test_plots_refuse_what_they_cannot_draw():
    _, ax = figures.subplots()
    runs = np.ones((3, 4))
    with pytest.raises(ValueError, match="runs holds 1 NaN"):
        figures.plot_curve(ax, np.where(np.eye(3, 4) * [1, 0, 0, 0], np.nan, runs), "a")
    with pytest.raises(ValueError, match="two runs or more"):
        figures.plot_curve(ax, runs[:1], "a")
    with pytest.raises(ValueError, match=r"x has shape \(3,\); expected \(4,\)"):
        figures.plot_curve(ax, runs, "a", x=[1, 2, 3])
    with pytest.raises(ValueError, match="color is 'inkk'"):
        figures.plot_curve(ax, runs, "a", "inkk")
    with pytest.raises(TypeError, match="ax is a list; expected Axes"):
        figures.plot_curve([ax], runs, "a")
    with pytest.raises(ValueError, match="pairs is 4; expected a whole number from 0 to 3"):
        figures.plot_latent(ax, {"image": runs[:, :2], "text": runs[:, :2]}, pairs=4)
    with pytest.raises(ValueError, match="codes of 'image' holds"):
        figures.plot_latent(ax, {"image": [[np.inf, 0]]})
    with pytest.raises(ValueError, match="values is empty"):
        figures.plot_interval(ax, {})
    with pytest.raises(KeyError, match="edges has .*'imgae'"):
        explorer(edges={"imgae": np.zeros((2, 1), int)})
    with pytest.raises(ValueError, match="edges of 'image' runs from 0 to 7"):
        explorer(edges={"image": np.array([[0], [7]])})
    with pytest.raises(TypeError, match="names is 'abcdefg'"):
        explorer(names="abcdefg")
    with pytest.raises(ValueError, match="picture is '<p>"):
        figures.show("<p>", number="4.1", **WORDS)
    with pytest.raises(TypeError, match="picture is a list"):
        figures.show([1], number="4.1", **WORDS)


def test_tensors_that_ask_for_gradients_are_drawn_too():
    import torch

    _, ax = figures.subplots()
    codes = {"image": torch.ones(3, 2, requires_grad=True), "text": torch.zeros(3, 2)}
    figures.plot_latent(ax, codes, pairs=3)
    figures.plot_curve(ax, torch.rand(3, 4, requires_grad=True), "a", x=torch.arange(4))
    figures.plot_interval(ax, {"a": torch.rand(3), "b": 0.5})
    figures.plot_attention(ax, torch.rand(2, 3, requires_grad=True).softmax(-1))
    assert "data-i" in svg_of(explorer(n=3, panels={"a": codes}).markup)


def test_a_legend_that_fills_its_line_goes_on_below_and_keeps_its_size():
    codes = {m: np.zeros((3, 2)) for m in figures.COLORS}
    legend = svg_of(explorer(n=3, panels={"a": codes}).markup).split("</g></g></g>")[-1]
    assert re.findall(r"font-size:([\d.]+)px", legend) == ["13"] * 4
    lines = re.findall(r"translate\(\S+ (\S+)\)", legend)
    assert len(set(lines)) == 2 and lines == sorted(lines, key=float)
