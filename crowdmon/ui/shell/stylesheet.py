"""One style sheet for the whole window, made from a theme's values."""

from __future__ import annotations

from crowdmon.view.theme import BODY, CAPTION, HEAD, Theme

_RULES = """
QWidget {{ background: {surface}; color: {text}; font-size: {body}px; }}
FirstRun, QMainWindow, QMainWindow::separator {{ background: {background}; }}
QMainWindow::separator {{ width: 4px; height: 4px; }}
QMainWindow::separator:hover {{ background: {accent}; }}
QLabel {{ background: transparent; border: none; }}
QLabel[role="caption"] {{ color: {muted}; font-size: {caption}px; }}
QLabel[role="head"] {{ font-size: {head}px; font-weight: 600; }}
QLabel[role="group"] {{ font-weight: 600; color: {text}; padding-bottom: 4px; }}
QLabel[role="key"] {{ background: {raised}; border: 1px solid {line}; border-radius: 4px; padding: 1px 6px;
    font-size: {caption}px; }}
QTextBrowser {{ background: {background}; border: 1px solid {line}; border-radius: 4px; padding: 8px;
    selection-background-color: {accent}; selection-color: {on_accent}; }}
QTextBrowser:focus {{ border: 2px solid {accent}; padding: 7px; }}
QWidget#rescue {{ background: {raised}; }}
QLabel[known="false"] {{ color: {unknown}; }}
QLabel[role="error"] {{ color: {red}; }}
QToolTip {{ background: {raised}; color: {text}; border: 1px solid {control}; padding: 4px; }}

QMenuBar {{ background: {background}; padding: 2px 8px; }}
QMenuBar::item {{ background: transparent; padding: 4px 8px; border-radius: 4px; }}
QMenuBar::item:selected {{ background: {raised}; }}
QMenu {{ background: {surface}; border: 1px solid {control}; padding: 4px; }}
QMenu::item {{ padding: 6px 24px; border-radius: 4px; }}
QMenu::item:selected {{ background: {accent}; color: {on_accent}; }}
QMenu::item:disabled {{ color: {muted}; }}
QMenu::separator {{ height: 1px; background: {line}; margin: 4px 8px; }}
QMenu::indicator {{ width: 12px; height: 12px; left: 8px; border: 1px solid {control}; border-radius: 2px; }}
QMenu::indicator:exclusive {{ border-radius: 7px; }}
QMenu::indicator:checked {{ background: {accent}; border: 2px solid {text}; }}
QMenu::indicator:selected {{ border-color: {on_accent}; }}
QMenu::indicator:checked:selected {{ background: {on_accent}; border-color: {on_accent}; }}

QStatusBar {{ background: {background}; border: none; }}
QStatusBar::item {{ border: none; }}
QStatusBar QWidget {{ background: {background}; }}

QPushButton {{ background: {raised}; border: 1px solid {control}; border-radius: 4px; padding: 6px 16px;
    min-height: 20px; }}
QPushButton[role="field"] {{ padding: 5px 16px; }}
QPushButton[role="field"]:focus {{ padding: 4px 15px; }}
QPushButton:hover {{ border-color: {text}; }}
QPushButton:focus {{ border: 2px solid {accent}; padding: 5px 15px; }}
QPushButton:default {{ background: {accent}; border-color: {accent}; color: {on_accent}; }}
QPushButton:default:focus {{ border: 2px solid {text}; }}
QPushButton[role="choice"] {{ background: {surface}; border-radius: 6px; min-height: 168px; padding: 2px; }}
QPushButton[role="choice"]:hover {{ background: {raised}; }}
QPushButton[role="choice"]:focus {{ border: 2px solid {accent}; padding: 1px; }}
QPushButton[role="chip"] {{ background: transparent; border: 1px solid transparent; padding: 0 7px;
    min-height: 20px; font-size: {caption}px; color: {muted}; }}
QPushButton[role="chip"]:hover {{ border-color: {control}; color: {text}; }}
QPushButton[role="chip"]:focus {{ border: 2px solid {accent}; padding: 0 6px; }}
QPushButton[role="chip"]:checked {{ background: {raised}; border: 1px solid {control}; color: {text}; }}
QPushButton[role="chip"]:checked:focus {{ border: 2px solid {accent}; padding: 0 6px; }}
QPushButton:disabled {{ background: {surface}; color: {muted}; border-color: {line}; }}
QPushButton[role="chip"]:disabled {{ background: transparent; border-color: transparent; }}
QPushButton[role="tight"] {{ padding: 4px 8px; }}
QPushButton[role="tight"]:focus {{ padding: 3px 7px; }}
QPushButton[role="tight"]:checked, QPushButton[role="small"]:checked {{ border-color: {accent};
    color: {accent}; }}
QPushButton[role="small"] {{ padding: 1px 8px; font-size: {caption}px; min-height: 18px; }}
QPushButton[role="small"]:focus {{ padding: 0 7px; }}
QPushButton[role="link"] {{ background: transparent; border: 1px solid transparent; color: {accent};
    padding: 1px 7px; min-height: 16px; font-size: {caption}px; text-align: left; }}
QPushButton[role="link"]:hover {{ text-decoration: underline; }}
QPushButton[role="link"]:focus {{ border: 2px solid {accent}; padding: 0 6px; }}
QProgressBar {{ background: {control}; border: none; border-radius: 2px; }}
QProgressBar::chunk {{ background: {accent}; border-radius: 2px; }}
QFrame#rule {{ background: {line}; border: none; }}

QLineEdit, QSpinBox, QComboBox, QDateTimeEdit {{ background: {background};
    placeholder-text-color: {muted}; border: 1px solid {control}; border-radius: 4px;
    padding: 5px 8px; min-height: 20px; selection-background-color: {accent};
    selection-color: {on_accent}; }}
QSpinBox, QDateTimeEdit {{ padding: 4px 8px; min-height: 18px; }}
QLineEdit:focus, QSpinBox:focus, QComboBox:focus, QDateTimeEdit:focus {{
    border: 2px solid {accent}; padding: 4px 7px; }}
QLineEdit[role="small"] {{ padding: 1px 6px; min-height: 18px; font-size: {caption}px; }}
QLineEdit[role="small"]:focus {{ padding: 0 5px; }}
QLineEdit[wrong="true"] {{ border-color: {red}; }}
QComboBox::drop-down {{ border: none; width: 24px; }}
QComboBox QAbstractItemView {{ background: {surface}; border: 1px solid {control}; padding: 4px;
    selection-background-color: {accent}; selection-color: {on_accent}; }}

QListWidget, QListView#alarm-list, QTableView {{ background: {surface}; border: 2px solid transparent;
    outline: none; }}
QListWidget:focus, QListView#alarm-list:focus, QTableView:focus {{ border: 2px solid {accent}; }}
QDateTimeEdit:disabled {{ color: {muted}; border-color: {line}; }}
QListWidget#checks {{ background: {background}; border-radius: 4px; padding: 4px; }}
QListWidget#checks::item {{ padding: 4px; }}
QListWidget::indicator, QCheckBox::indicator {{ width: 14px; height: 14px; border: 1px solid {control};
    border-radius: 2px; background: {background}; }}
QListWidget::indicator:checked, QCheckBox::indicator:checked {{ background: {accent};
    border: 1px solid {text}; }}
QListWidget#kinds {{ background: {background}; padding: 6px; border-radius: 4px; }}
QListWidget#kinds::item {{ border-left: 3px solid transparent; padding: 8px; border-radius: 4px;
    color: {text}; }}
QListWidget#kinds::item:selected {{ background: {raised}; color: {text}; border-left: 3px solid {accent}; }}
QTableView {{ selection-background-color: {raised}; selection-color: {text}; gridline-color: {line}; }}
QTableView::item {{ border: none; padding: 0 6px; }}
QHeaderView {{ background: {surface}; }}
QHeaderView::section {{ background: {surface}; color: {muted}; font-size: {caption}px; border: none;
    border-bottom: 1px solid {line}; padding: 4px 6px; }}

QTabBar {{ font-size: {caption}px; }}
QTabBar::tab {{ background: {background}; color: {muted}; padding: 4px 12px; border: none;
    border-top: 2px solid transparent; }}
QTabBar::tab:selected {{ background: {surface}; color: {text}; border-top: 2px solid {accent}; }}
QTabBar::tab:hover {{ color: {text}; }}
QTabBar::tab:focus {{ border: 2px solid {accent}; padding: 2px 10px; }}

CountPlot {{ border: 2px solid transparent; }}
CountPlot:focus {{ border: 2px solid {accent}; }}
QLabel#readout {{ background: {raised}; color: {text}; font-size: {caption}px; padding: 2px 8px;
    border-radius: 4px; }}
QLabel#preview {{ background: {background}; border: 1px solid {line}; border-radius: 4px; }}
QLabel#banner {{ background: {surface}; color: {text}; border: none; border-left: 4px solid {red};
    padding: 8px 16px; }}
QWidget#removal, QWidget#taken {{ background: {raised}; }}
QWidget[role="glyph"] {{ color: {accent}; background: transparent; }}
QToolButton {{ background: transparent; border: none; }}

QSlider {{ background: transparent; min-height: 24px; border: 2px solid transparent; border-radius: 4px; }}
QSlider:focus {{ border: 2px solid {accent}; }}
QSlider::groove:horizontal {{ background: {control}; height: 4px; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: {accent}; height: 4px; border-radius: 2px; }}
QSlider::handle:horizontal {{ background: {text}; width: 14px; height: 14px; margin: -5px 0;
    border-radius: 7px; }}
QSlider::handle:horizontal:disabled, QSlider::sub-page:horizontal:disabled {{ background: {control}; }}

QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar::handle:vertical {{ background: {control}; border-radius: 3px; min-height: 24px; margin: 2px; }}
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{ background: none;
    border: none; width: 0; height: 0; }}
"""


def stylesheet(theme: Theme) -> str:
    """Return the style sheet of a theme."""
    colours = {name: getattr(theme, name) for name in Theme.__slots__ if name not in ("name", "rois")}
    return _RULES.format(**colours, caption=CAPTION, body=BODY, head=HEAD)
