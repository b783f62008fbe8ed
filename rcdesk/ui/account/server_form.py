"""The fields of one server profile: name, address, app, way back of the browser, certificates, limits.

What is typed is handed on as soon as it makes sense, as in the settings; what makes none is said in place and
changes nothing. GUI thread. Read next: server_dialog.py, core/account/account.py (ServerProfile).
"""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QGridLayout, QLineEdit, QWidget

from rcdesk.core.account.account import DEFAULT_REDIRECT_PORT, ServerKind, ServerProfile
from rcdesk.ui.account.sign_in_forms import RedirectLine
from rcdesk.ui.kit.boxes import NumberBox
from rcdesk.ui.kit.lacks import grey
from rcdesk.ui.kit.look import Button, IconButton, across, label, named
from rcdesk.ui.kit.plain_text import Line
from rcdesk.ui.kit.theme import repolish
from rcdesk.ui.words.server_words import base_url_of, is_production, kind_words

MOST_PAGES = 200
MOST_MEGABYTES = 50
MB = 1_000_000


class ServerForm(QWidget):
    """edited(ServerProfile) when something was changed to something that makes sense."""

    edited = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._profile = ServerProfile(name="")
        self._is_filling = False
        self.kind = label("", "label")
        self.name = self._field("serverName", self.tr("Name"))
        self.address = self._field("serverAddress", self.tr("Server address"))
        self.client_id = self._field("serverClientId", self.tr("Client ID of the app"))
        self.port = NumberBox(
            "redirectPort",
            self.tr("Port the browser comes back to"),
            least=1024,
            most=65535,
            value=DEFAULT_REDIRECT_PORT,
        )
        self.redirect = RedirectLine()
        self.ca_file = Line("body", name="caFile")
        self.choose_ca = Button(self.tr("Choose…"), act=self.choose_certificates)
        named(self.choose_ca, "chooseCaFile", self.tr("Choose a file of certificates"))
        self.usual_ca = IconButton("x", self.tr("Trust the usual certificates"), name="usualCa")
        self.pages = NumberBox(
            "mostPages", self.tr("Most pages in a fax"), least=1, most=MOST_PAGES, value=MOST_PAGES
        )
        self.megabytes = NumberBox(
            "mostMegabytes", self.tr("Most MB in a fax"), least=1, most=MOST_MEGABYTES, value=MOST_MEGABYTES
        )
        self.problem = label("", "bad", wraps=True, name="serverProblem")
        self.problem.hide()
        self._build()
        for field in (self.name, self.address, self.client_id):
            field.editingFinished.connect(self._typed)
        for box in (self.port, self.pages, self.megabytes):
            box.valueChanged.connect(self._typed)
        self.usual_ca.clicked.connect(self._trust_usual)

    def show_profile(self, profile: ServerProfile, *, is_in_use: bool) -> None:
        """Fill the fields; the address of a server one is signed in to stays."""
        self._is_filling = True
        self._profile = profile
        is_legacy = profile.kind is ServerKind.LEGACY
        self.kind.setText(kind_words(profile))
        self.name.setText(profile.name)
        self.address.setText(profile.base_url)
        self.client_id.setText(profile.client_id)
        self.port.setValue(profile.redirect_port or DEFAULT_REDIRECT_PORT)
        self.redirect.show_uri(profile.redirect_uri)
        self.pages.setValue(profile.max_fax_pages)
        self.megabytes.setValue(max(1, profile.max_fax_bytes // MB))
        self._show_ca(profile.ca_file)
        for part in self._app_parts:
            part.setVisible(not is_legacy)
        signed_in = self.tr("You are signed in here. Sign out first to change the address.")
        usual = self.tr("RingCentral’s own address. Add another server for another address.")
        reason = usual if is_production(profile) else signed_in if is_in_use else ""
        grey(self.address, reason)
        self._say("")
        self._is_filling = False

    def _build(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        ca_row = self._row(self.ca_file, self.choose_ca, self.usual_ca)
        port_row = self._row(self.port)
        limits = self._row(
            self.pages, label(self.tr("pages"), "small"), self.megabytes, label(self.tr("MB"), "small")
        )
        register = label(
            self.tr("Register this address in the app, exactly as it stands here."),
            "small",
            wraps=True,
        )
        app_label = label(self.tr("Client ID"), "label")
        port_label = label(self.tr("Browser’s port"), "label")
        redirect_label = label(self.tr("Redirect address"), "label")
        self._app_parts: tuple[QWidget, ...] = (
            app_label,
            self.client_id,
            port_label,
            port_row,
            redirect_label,
            self.redirect,
            register,
        )
        rows: tuple[tuple[QWidget, QWidget], ...] = (
            (label(self.tr("Kind"), "label"), self.kind),
            (label(self.tr("Name"), "label"), self.name),
            (label(self.tr("Address"), "label"), self.address),
            (app_label, self.client_id),
            (port_label, port_row),
            (redirect_label, self.redirect),
            (label("", "small"), register),
            (label(self.tr("Certificates"), "label"), ca_row),
            (label(self.tr("Limits of a fax"), "label"), limits),
        )
        for number, (caption, part) in enumerate(rows):
            grid.addWidget(caption, number, 0)
            grid.addWidget(part, number, 1)
        grid.addWidget(self.problem, len(rows), 0, 1, 2)
        grid.setRowStretch(len(rows) + 1, 1)

    def _row(self, *parts: QWidget) -> QWidget:
        made = QWidget()
        row = across(of=made, margins=0, spacing=8)
        for part in parts:
            row.addWidget(part, 1 if isinstance(part, Line | RedirectLine) else 0)
        if not any(isinstance(part, Line | RedirectLine) for part in parts):
            row.addStretch(1)
        return made

    def _field(self, object_name: str, name: str) -> QLineEdit:
        field = named(QLineEdit(), object_name, name)
        field.setMinimumHeight(36)
        return field

    @Slot()
    def _typed(self) -> None:
        """Hand on what makes sense."""
        if self._is_filling:
            return
        base_url = base_url_of(self.address.text())
        if not base_url:
            self._say(self.tr("This is not the address of a server. It looks like https://host.example.com."))
            return
        self._say("")
        port = self.port.value()
        self._hand_on(
            replace(
                self._profile,
                name=self.name.text().strip(),
                base_url=base_url,
                client_id=self.client_id.text().strip(),
                redirect_port=0 if port == DEFAULT_REDIRECT_PORT else port,
                max_fax_pages=self.pages.value(),
                max_fax_bytes=self.megabytes.value() * MB,
            )
        )

    @Slot()
    def choose_certificates(self) -> None:
        """Ask for the file with the system's dialog."""
        dialog = QFileDialog(self, self.tr("Certificates to trust"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([self.tr("Certificates (*.pem *.crt *.cer)"), self.tr("All files (*)")])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setDirectory(str(Path(self._profile.ca_file).parent if self._profile.ca_file else Path.home()))
        dialog.fileSelected.connect(self.trust)
        dialog.open()

    @Slot(str)
    def trust(self, ca_file: str) -> None:
        """Trust the certificates in this file, "" for the usual ones."""
        self._show_ca(ca_file)
        self._hand_on(replace(self._profile, ca_file=ca_file))

    @Slot()
    def _trust_usual(self) -> None:
        self.trust("")
        self.choose_ca.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_ca(self, ca_file: str) -> None:
        self.ca_file.setText(ca_file or self.tr("Those of this computer"))
        self.usual_ca.setVisible(bool(ca_file))

    def _hand_on(self, profile: ServerProfile) -> None:
        if profile == self._profile:
            return
        self._profile = profile
        self.redirect.show_uri(profile.redirect_uri)
        self.edited.emit(profile)

    def take_id(self, profile_id: str) -> None:
        """The profile shown has been saved under this id."""
        self._profile = replace(self._profile, id=profile_id)

    def _say(self, sentence: str) -> None:
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))
        if bool(self.address.property("problem")) != bool(sentence):
            self.address.setProperty("problem", bool(sentence))
            repolish(self.address)
