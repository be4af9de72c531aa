"""Ninety years of more than one sense: the events of chapter 1's timeline.

Each has a title, a line that is printed, and a note that is read when it is pointed at. What a note
says of a work stands in its abstract.
"""

from mmbook.figures.timeline import Event

IMAGE, SPEECH, TEXT = "image", "speech", "text"

_EARLY = (
    Event(
        1936,
        "Canonical correlation analysis",
        ("measures",),
        "Hotelling asks how two sets of measurements of the same people are related, and finds "
        "their most correlated directions. Chapter 3 aligns drawings and words with it.",
        "Hotelling relates two sets of measurements of the same people",
    ),
    Event(
        1954,
        "Lips help in noise",
        (IMAGE, SPEECH),
        "Sumby and Pollack: how well is speech understood with and without the speaker's face? "
        "Relative to what it could add, seeing adds about as much in any noise; in absolute terms "
        "it adds most where the noise is loudest. Figure 1.4 repeats it with a machine.",
        "the gain, relative to what is possible, is about the same in any noise",
    ),
    Event(
        1976,
        "The McGurk effect",
        (IMAGE, SPEECH),
        "McGurk and MacDonald dub the sound 'ba' onto lips that say 'ga': many adults hear 'da', "
        "which is in neither.",
        "the sound 'ba' on lips that say 'ga': many adults hear 'da'",
    ),
    Event(
        1980,
        "Put that there",
        (SPEECH, "gesture"),
        "Bolt: a computer that listens and sees where one points, so that 'that' and 'there' have "
        "a meaning.",
        "Bolt's computer listens, and sees where one points",
    ),
    Event(
        1988,
        "A machine reads lips",
        (IMAGE, SPEECH),
        "Petajan and others: lips and sound together are recognised better than sound alone.",
        "lips and sound together are recognised better than sound alone",
    ),
    Event(
        1998,
        "Co-training",
        (TEXT,),
        "Blum and Mitchell: two views of a web page label new pages for each other. Part IV lives "
        "on this.",
        "two views of a web page label new pages for each other",
    ),
)

_MIDDLE = (
    Event(
        2002,
        "Pictures as a foreign language",
        (IMAGE, TEXT),
        "Duygulu and others learn a lexicon from regions of pictures to words, as translators "
        "learn one between languages.",
        "a lexicon from regions of pictures to words",
    ),
    Event(
        2003,
        "Audio-visual speech recognition",
        (IMAGE, SPEECH),
        "Potamianos and others review the field: the face improves recognition in all conditions "
        "that they tried, though less so with a large vocabulary or a hard view of the face.",
        "a review: the face helps in all conditions, less with many words",
    ),
    Event(
        2011,
        "Multimodal deep learning",
        (IMAGE, SPEECH),
        "Ngiam and others: an autoencoder of lips and sound, one modality rebuilt from the other. "
        "Chapter 4 takes it apart.",
        "an autoencoder of lips and sound, one rebuilt from the other",
    ),
    Event(
        2013,
        "Pictures into word space",
        (IMAGE, TEXT),
        "Frome and others map pictures onto word vectors, and find words that no picture had been "
        "labelled with.",
        "pictures are mapped onto word vectors",
    ),
    Event(
        2015,
        "Captions",
        (IMAGE, TEXT),
        "Vinyals and others: a network looks at a picture and writes a sentence.",
        "a network looks at a picture and writes a sentence",
    ),
    Event(
        2015,
        "Visual question answering",
        (IMAGE, TEXT),
        "Antol and others: a picture and a free question, a free answer, and a large data set of "
        "them.",
        "a picture, a free question, a free answer",
    ),
    Event(
        2017,
        "The transformer",
        (TEXT,),
        "Vaswani and others: attention is all. Soon it reads pictures and sound as well. Chapters "
        "7 and 8.",
        "an architecture of attention alone; soon it reads pictures and sound",
    ),
)

_RECENT = (
    Event(
        2019,
        "Two streams that attend to each other",
        (IMAGE, TEXT),
        "Lu and others, ViLBERT: cross-attention in both directions, trained on pictures with "
        "captions.",
        "ViLBERT: cross-attention in both directions",
    ),
    Event(
        2021,
        "CLIP",
        (IMAGE, TEXT),
        "Radford and others: a picture must find its caption among all those of a batch, with four "
        "hundred million pairs to learn from. Chapters 3 and 13.",
        "a picture must find its caption; 400 million pairs",
    ),
    Event(
        2021,
        "Pictures from text",
        (IMAGE, TEXT),
        "Ramesh and others: text and picture as one row of tokens, predicted one after the other.",
        "text and picture as one row of tokens",
    ),
    Event(
        2022,
        "Flamingo",
        (IMAGE, TEXT),
        "Alayrac and others: a frozen language model reads pictures by cross-attention and answers "
        "from a few examples.",
        "a frozen language model reads pictures",
    ),
    Event(
        2022,
        "Latent diffusion",
        (IMAGE, TEXT),
        "Rombach and others: noise becomes a picture in a small latent space, and text steers it "
        "by cross-attention.",
        "noise becomes a picture, steered by text",
    ),
    Event(
        2023,
        "Whisper",
        (SPEECH, TEXT),
        "Radford and others: speech recognition from 680,000 hours of sound with transcripts from "
        "the web.",
        "speech recognition from 680,000 hours of sound",
    ),
    Event(
        2023,
        "ImageBind",
        (IMAGE, SPEECH, TEXT, "depth"),
        "Girdhar and others: six modalities in one space, each aligned with pictures only. Chapter "
        "3 does it with three.",
        "six modalities in one space, each aligned with pictures only",
    ),
    Event(
        2023,
        "Robots that read",
        (IMAGE, TEXT, "motion"),
        "Brohan and others, RT-2: the movements of an arm are one more language of a model that "
        "reads text and pictures.",
        "RT-2: the movements of an arm as one more language",
    ),
    Event(
        2024,
        "One network hears, sees and speaks",
        (IMAGE, SPEECH, TEXT),
        "OpenAI, GPT-4o: text, sound, pictures and video in, text, sound and pictures out, end to "
        "end.",
        "GPT-4o: text, sound and pictures in and out, end to end",
    ),
    Event(
        2025,
        "Thinker and talker",
        (IMAGE, SPEECH, TEXT),
        "Xu and others, Qwen2.5-Omni: an open model that takes text, pictures, sound and video and "
        "streams text and speech.",
        "Qwen2.5-Omni, open: takes all, streams text and speech",
    ),
)

HISTORY = (*_EARLY, *_MIDDLE, *_RECENT)
