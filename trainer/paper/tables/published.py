"""The figures of the paper's Tables II to IX, as printed. Chen et al., section IV."""

from __future__ import annotations

from typing import NamedTuple

NAMES = {
    "shanghaitech_a": "ShanghaiTech Part A",
    "shanghaitech_b": "ShanghaiTech Part B",
    "ucf_cc_50": "UCF_CC_50",
    "ucf_qnrf": "UCF-QNRF",
    "worldexpo": "WorldExpo'10",
    "jhu_crowd": "JHU-CROWD",
}
"""The benchmarks of Table II, in its order, as the paper writes them."""


class Statistics(NamedTuple):
    """A row of Table II; height and width are means, thr is C / K with K 15."""

    height: int
    width: int
    pictures: int
    largest: int
    thr: float
    average: float
    heads: int


TABLE_II = {
    "shanghaitech_a": Statistics(589, 868, 482, 3139, 209.3, 501.4, 241_677),
    "shanghaitech_b": Statistics(768, 1024, 716, 578, 38.5, 123.6, 88_488),
    "ucf_cc_50": Statistics(2101, 2888, 50, 4543, 302.9, 1279.5, 63_974),
    "ucf_qnrf": Statistics(2013, 2902, 1535, 12_865, 857.7, 815.4, 1_251_642),
    "worldexpo": Statistics(576, 720, 3980, 253, 16.9, 50.2, 199_923),
    "jhu_crowd": Statistics(1450, 900, 4250, 7286, 485.7, 262.3, 1_114_785),
}

OURS = "SSR-HEF"

SCENES = ("Scene 1", "Scene 2", "Scene 3", "Scene 4", "Scene 5", "Average")
TABLE_III = {
    "LBP+RR": (13.6, 58.9, 37.1, 21.8, 23.4, 31.9),
    "Wang et al. [20]": (4.3, 59.1, 43.7, 17.0, 7.6, 26.3),
    "IG-CNN [3]": (2.6, 16.1, 10.2, 20.2, 7.6, 11.3),
    "Wan et al. [21]": (2.9, 15.0, 7.2, 14.7, 2.6, 8.5),
    "Yang et al. [19]": (2.4, 10.2, 9.7, 11.5, 3.8, 8.2),
    "TEDnet [13]": (2.3, 10.1, 11.3, 13.8, 2.6, 8.0),
    "PACNN [18]": (2.3, 12.5, 9.1, 11.2, 3.8, 7.8),
    OURS: (1.9, 9.8, 8.4, 10.0, 2.4, 6.5),
}
"""MAE of WorldExpo'10 by scene; the MSE of the average is in Table VII."""

Errors = tuple[float, float] | None
"""MAE and MSE; None where the paper prints a dash."""

CATEGORIES = ("distractors", "low", "medium", "high", "weather", "overall")
TABLE_IV: dict[str, tuple[Errors, ...]] = {
    "MCNN [9]": (
        (103.8, 238.5), (37.7, 92.5), (84.1, 185.2), (499.6, 795.5), (128.2, 288.3), (109.3, 291.0),
    ),
    "CMTL [35]": (
        (138.5, 263.8), (47.0, 106.0), (82.4, 198.3), (407.8, 660.2), (117.8, 260.1), (102.5, 262.6),
    ),
    "Switching CNN [44]": (
        (100.5, 235.5), (32.1, 80.5), (76.1, 173.1), (395.1, 640.1), (105.1, 245.2), (99.1, 255.1),
    ),
    "SA-Net [45]": (
        (71.9, 167.7), (30.0, 76.6), (65.4, 121.5), (516.3, 762.7), (99.4, 234.9), (98.0, 260.3),
    ),
    "CSR-Net [46]": (
        (44.3, 102.4), (15.8, 39.9), (48.4, 77.7), (463.5, 746.1), (96.5, 284.6), (78.4, 242.7),
    ),
    "CG-DRCN [40]": (
        (43.4, 97.8), (15.7, 38.9), (44.0, 73.2), (346.2, 569.5), (80.9, 227.3), (66.1, 195.5),
    ),
    OURS: (
        (32.2, 71.8), (11.6, 20.7), (34.8, 51.9), (268.3, 378.6), (69.5, 120.1), (51.3, 101.6),
    ),
}  # fmt: skip

TABLE_V: dict[str, tuple[Errors, ...]] = {
    "LBP + RR": ((303.2, 371.0), (59.1, 81.7)),
    "Wang et al. [20]": ((123.4, 193.4), (19.9, 28.3)),
    "IG-CNN [3]": ((72.5, 118.2), (13.6, 21.1)),
    "TEDnet [13]": ((64.2, 109.1), (8.2, 12.8)),
    "PACNN [18]": ((62.4, 102.0), (8.9, 13.5)),
    "AMRNet [22]": ((61.6, 98.4), (7.0, 11.0)),
    "Wan et al. [21]": ((61.3, 101.4), (8.7, 13.6)),
    "Yang et al. [19]": ((61.2, 96.9), (8.1, 11.6)),
    "TopoCount [17]": ((61.2, 104.6), (7.8, 13.7)),
    "MBTTB-SCFB [12]": ((60.2, 94.1), (8.0, 15.5)),
    "S-DCNet [14]": ((58.3, 95.0), (6.7, 10.7)),
    OURS: ((55.0, 88.3), (6.1, 9.5)),
}
"""ShanghaiTech Part A and Part B."""

TABLE_VI: dict[str, tuple[Errors, ...]] = {
    "Idrees et al. [2]": ((419.5, 541.6), (315.0, 508.0)),
    "Wang et al. [20]": ((373.4, 528.8), None),
    "Wan et al. [21]": ((355.0, 560.2), None),
    "IG-CNN [3]": ((291.4, 349.4), None),
    "TEDnet [13]": ((249.4, 354.5), (113.0, 188.0)),
    "PACNN [18]": ((241.7, 320.7), None),
    "MBTTB-SCFB [12]": ((233.1, 300.9), (97.5, 165.2)),
    "S-DCNet [14]": ((204.2, 301.3), (104.4, 176.1)),
    "TopoCount [17]": ((184.1, 258.3), (89.0, 159.0)),
    "AMRNet [22]": ((184.0, 265.8), (86.6, 152.2)),
    OURS: ((173.3, 260.4), (70.2, 128.6)),
}
"""UCF_CC_50 and UCF-QNRF."""

TABLE_VII: dict[str, dict[str, tuple[float, float]]] = {
    "without-ssr": {
        "shanghaitech_a": (70.5, 108.6), "shanghaitech_b": (12.6, 20.5), "ucf_cc_50": (205.3, 271.3),
        "ucf_qnrf": (87.6, 157.2), "worldexpo": (8.9, 12.3),
    },
    "without-enhancement": {
        "shanghaitech_a": (66.8, 108.0), "shanghaitech_b": (9.4, 15.2), "ucf_cc_50": (191.5, 288.3),
        "ucf_qnrf": (79.8, 140.5), "worldexpo": (7.6, 9.5),
    },
    "without-hef": {
        "shanghaitech_a": (72.4, 118.4), "shanghaitech_b": (15.1, 25.1), "ucf_cc_50": (226.2, 301.5),
        "ucf_qnrf": (95.8, 165.9), "worldexpo": (10.1, 15.6),
    },
    "ssr-hef": {
        "shanghaitech_a": (55.0, 88.3), "shanghaitech_b": (6.1, 9.5), "ucf_cc_50": (173.3, 260.4),
        "ucf_qnrf": (70.2, 128.6), "worldexpo": (6.5, 8.1),
    },
}  # fmt: skip
"""MAE and MSE of each configuration, by its name in ``trainer/paper/variants.py``."""

TABLE_VIII = {0: (68.2, 116.3), 5: (63.4, 104.7), 10: (61.8, 105.1), 15: (55.0, 88.3), 20: (65.0, 112.7)}
"""MAE and MSE on Part A by number of classes. The text at hand has the MSE row in pieces: that of 15
classes is Table VII's, the others were put in place by where they stand on the page."""

TABLE_IX = {
    "AMRNet [22]": (226.0, 0.445),
    "Wang et al. [20]": (155.0, 0.417),
    "Wan et al. [21]": (66.0, 0.054),
    "S-DCNet [14]": (113.0, 0.049),
    "TopoCount [17]": (103.0, 0.009),
    OURS: (2.0, 0.003),
}
"""Megabytes and seconds for 512 x 1024 pixels, on a GTX 1080 Ti."""
