"""The player: play, waveform, where it is, ten seconds back and on, speed, and what it is heard on.

It shows the sound of one key; while another sound is in the player it shows nothing of it. GUI thread. Read
next: bridge/messages/player_desk.py, waveform.py.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QAbstractButton, QFrame

from rcdesk.bridge.messages.player_desk import PlayerDesk
from rcdesk.core.messages.sound import SPEEDS, Playing
from rcdesk.core.spoken_time import duration
from rcdesk.ui.kit.boxes import ChoiceBox
from rcdesk.ui.kit.flow import FlowFrame
from rcdesk.ui.kit.look import Button, across, color, down, dress, glyph, label, named, smooth
from rcdesk.ui.voicemail.segments import Segments
from rcdesk.ui.voicemail.waveform import Waveform

STEP_S = 10.0
_SMALL = """
QComboBox { background: $surface; color: $ink; border: 1px solid $hairline; border-radius: 8px;
    padding: 0 2px 0 8px; min-height: 28px; max-height: 28px; font-size: 12px; }
QComboBox:focus { border: 2px solid $accent; padding: 0 1px 0 7px; min-height: 26px; max-height: 26px; }
QComboBox:disabled { color: $ink3; background: $well; }
QComboBox::drop-down { background: transparent; border: none; width: 28px; }
"""


class PlayButton(QAbstractButton):
    """The round button; shows a pause while it plays."""

    def __init__(self) -> None:
        super().__init__()
        named(self, "soundPlay")
        self.setFixedSize(48, 48)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._is_playing = False
        self.show_playing(False)

    def show_playing(self, is_playing: bool) -> None:
        self._is_playing = is_playing
        words = self.tr("Pause") if is_playing else self.tr("Play")
        self.setAccessibleName(words)
        self.setToolTip(self.tr("{0} (Space)").replace("{0}", words))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(48, 48)

    def paintEvent(self, event: object) -> None:
        painter = smooth(self)
        painter.setPen(Qt.PenStyle.NoPen)
        ground = "accent_p" if self.isDown() else "accent_h" if self.underMouse() else "accent"
        painter.setBrush(color(ground if self.isEnabled() else "switch_off"))
        area = QRectF(self.rect())
        painter.drawEllipse(area)
        sign = glyph("pause" if self._is_playing else "play", "onaccent", 22, self.devicePixelRatioF())
        painter.drawPixmap(13, 13, sign)
        if self.hasFocus() and self.property("keyboardFocus"):
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(color("ink"), 2))
            painter.drawEllipse(area.adjusted(1, 1, -1, -1))


class PlayerBar(QFrame):
    """play_asked() when there is no sound in the player yet, so that whoever owns this brings it."""

    play_asked = Signal()

    def __init__(self, player: PlayerDesk) -> None:
        super().__init__()
        named(self, "playerBar", self.tr("Player"))
        self.setProperty("surface", "well")
        dress(self, "#playerBar { background: $well; border: none; border-radius: 10px; }")
        self._player = player
        self._key = ""
        self._missing = ""
        self._length_s = 0.0
        self._play = PlayButton()
        self._wave = Waveform()
        self._place = label("", "small", name="soundPlace")
        self._place.setMinimumSize(84, 32)
        self._back = self._small(self.tr("−10 s"), "soundBack", self.tr("Ten seconds back"))
        self._on = self._small(self.tr("+10 s"), "soundOn", self.tr("Ten seconds on"))
        self._speeds = Segments(
            self.tr("Speed"),
            [(f"speed_{round(speed * 100)}", f"{speed:g}×", speed) for speed in SPEEDS],
            is_small=True,
        )
        self._outputs = ChoiceBox("soundOutput", self.tr("Heard on"))
        dress(self._outputs, _SMALL)
        self._trouble = label("", "bad", wraps=True, name="soundTrouble")
        self._build()
        self._connect()
        self._show()

    @property
    def key(self) -> str:
        return self._key

    def show_sound(self, key: str, length_s: float, missing: str = "") -> None:
        """Show the sound of this key; length_s is what is said of it until it is known.

        missing: why it cannot be heard now, "" for nothing.
        """
        self._key, self._length_s, self._missing = key, length_s, missing
        self._show()

    def _small(self, words: str, name: str, spoken: str) -> Button:
        button = Button(words, name=name, spoken=spoken)
        dress(button, "QPushButton { padding: 5px 8px; font-size: 12px; }")
        return button

    def _build(self) -> None:
        upper = across(self._play, (self._wave, 1), spacing=16)
        lower = FlowFrame(margin=0, gap=8, last_min_width=120)
        parts = (self._place, self._back, self._on, self._speeds, self._outputs)
        for part in parts:
            part.setParent(lower)
        lower.set_widgets(parts)
        down(upper, lower, self._trouble, of=self, margins=16, spacing=12)

    def _connect(self) -> None:
        self._play.clicked.connect(self.toggle)
        self._wave.seek_asked.connect(self._seek_share)
        self._back.clicked.connect(self._go_back)
        self._on.clicked.connect(self._go_on)
        self._speeds.chosen.connect(self._player.set_speed)
        self._outputs.activated.connect(self._output_chosen)
        self._player.changed.connect(self._show)

    @property
    def _playing(self) -> Playing:
        """What the player holds when it is this sound; else what there is to say of it."""
        playing = self._player.playing
        if playing.key == self._key and self._key:
            return playing
        return Playing(speed=playing.speed, outputs=playing.outputs, output=playing.output)

    @Slot()
    def toggle(self) -> None:
        """Play or pause; ask for the sound when it is not in the player."""
        if self._player.playing.key == self._key and self._player.playing.is_ready:
            self._player.toggle()
        elif self._key and not self._missing:
            self.play_asked.emit()

    def skip(self, seconds: float) -> None:
        if self._playing.is_ready:
            self._player.skip(seconds)

    def step_speed(self, step: int) -> None:
        """The next faster or slower speed."""
        at = SPEEDS.index(self._player.playing.speed) if self._player.playing.speed in SPEEDS else 0
        self._player.set_speed(SPEEDS[min(max(0, at + step), len(SPEEDS) - 1)])

    @Slot()
    def _show(self) -> None:
        playing = self._playing
        length_s = playing.length_s or self._length_s
        spoken = self.tr("Position, {0} of {1} seconds")
        spoken = spoken.replace("{0}", str(int(playing.at_s))).replace("{1}", str(round(length_s)))
        self._wave.show_sound(playing.peaks, playing.at_s / length_s if length_s else 0.0, spoken)
        self._place.setText(f"{duration(playing.at_s)} / {duration(length_s)}")
        self._play.show_playing(playing.is_playing)
        can_play = bool(self._key) and not self._missing and playing.outputs != ()
        self._play.setEnabled(can_play)
        for part in (self._back, self._on):
            part.setEnabled(playing.is_ready)
        self._speeds.setEnabled(can_play)
        self._speeds.choose(playing.speed)
        self._show_outputs(playing)
        words = playing.trouble or self._missing
        self._trouble.setText(words)
        self._trouble.setVisible(bool(words))

    def _show_outputs(self, playing: Playing) -> None:
        names = list(playing.outputs or ())
        shown = [self._outputs.itemData(n) for n in range(self._outputs.count())]
        wanted = ["", *names]
        if shown != wanted:
            self._outputs.clear()
            self._outputs.addItem(self.tr("Usual output"), "")
            for name in names:
                self._outputs.addItem(name, name)
        at = wanted.index(playing.output) if playing.output in wanted else 0
        self._outputs.setCurrentIndex(at)
        self._outputs.setEnabled(bool(names))

    @Slot(int)
    def _output_chosen(self, at: int) -> None:
        self._player.set_output(str(self._outputs.itemData(at)))

    @Slot(float)
    def _seek_share(self, share: float) -> None:
        if self._playing.is_ready:
            self._player.seek(share * self._playing.length_s)

    @Slot()
    def _go_back(self) -> None:
        self.skip(-STEP_S)

    @Slot()
    def _go_on(self) -> None:
        self.skip(STEP_S)
