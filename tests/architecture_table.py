"""Who may import whom: each part of the program with what of ours it may use."""

OURS = ("gate", "firmware_protocol")

CORE, CODEC, STORE, READERS, WEB = "gate.core", "firmware_protocol", "gate.store", "gate.readers", "gate.web"
ORDERS, CLOCK, ALIVE = "gate.readers.orders", "gate.clock", "gate.alive"
EXPORT = "gate.export"
ACTS = tuple(
    f"gate.{name}"
    for name in [
        "access",
        "account_care",
        "account_rules",
        "accounts",
        "act_refusals",
        "alert_acts",
        "badge_acts",
        "badge_enrolment",
        "badge_lending",
        "badge_refusals",
        "delegations",
        "desk",
        "duty_acts",
        "entries",
        "equipment_acts",
        "explain",
        "export_acts",
        "first_certifier",
        "held_out",
        "hold_acts",
        "item_acts",
        "kiosk_acts",
        "kiosk_signing",
        "lot_acts",
        "mode_acts",
        "override_acts",
        "override_followup",
        "people_acts",
        "pin_acts",
        "reader_requests",
        "refusals",
        "requirement_acts",
        "sights",
        "signatures",
        "source_acts",
        "supervision",
        "suspension_acts",
        "training_acts",
        "training_refusals",
        "use_changes",
        "use_closing",
        "use_watch",
    ]
)
LOOPS = ("gate.gate_loop", "gate.jobs")
WIRING = (
    "gate.__main__",
    "gate.command_output",
    "gate.command_context",
    "gate.commissioning",
    "gate.desk_opening",
    "gate.edge",
    "gate.export_command",
    "gate.tls_acts",
    "gate.tls_command",
    "gate.wiring",
    "gate.wsgi",
)
SMALL: dict[str, tuple[str, ...]] = {
    "gate": (),
    CLOCK: (CORE,),
    ALIVE: (CORE,),
    "gate.keys": (),
    "gate.line_watch": (CODEC,),
    "gate.log_following": (STORE,),
    "gate.settings": (CORE, "gate.settings_alerts", "gate.settings_sections"),
    "gate.settings_alerts": (CORE, "gate.settings_sections"),
    "gate.settings_names": (),
    "gate.settings_sections": (CORE, "gate.settings_names"),
    "gate.tls_certificates": (),
    "gate.tls_checks": ("gate.tls_certificates",),
    "gate.tls_files": ("gate.settings", "gate.tls_certificates", "gate.tls_checks"),
    "gate.single_instance": (),
    "gate.verified": (),
    "gate.systemd_notify": (),
}
GATE_ONLY = ["gate.desk", "gate.explain", "gate.reader_requests", "gate.use_changes", "gate.use_watch"]
"""Acts of the reader process; every other act may be used by a page."""

ARROWS: dict[str, tuple[str, ...]] = {
    CODEC: (CODEC,),
    CORE: (CORE,),
    STORE: (STORE, CORE),
    EXPORT: (EXPORT, CORE, STORE, "gate.export_acts"),
    READERS: (READERS, CORE, CODEC, CLOCK),
    WEB: (
        WEB,
        *[act for act in ACTS if act not in GATE_ONLY],
        STORE,
        EXPORT,
        CORE,
        "gate.settings",
        "gate.settings_names",
        "gate.tls_files",
        "gate.keys",
        "gate.line_watch",
        "gate.verified",
        CLOCK,
        ALIVE,
    ),
    **dict.fromkeys(ACTS, (CORE, STORE, ORDERS, *ACTS)),
    **dict.fromkeys(LOOPS, (CORE, STORE, READERS, CLOCK, ALIVE, "gate.line_watch", "gate.verified", *ACTS, *LOOPS)),
    **dict.fromkeys(WIRING, OURS),
    **SMALL,
}
"""A module or package -> what of ours it may import; the longest name that fits counts. Demo modules are wiring."""
