"""Every page of administration on its one blueprint."""

from gate.web import admin_accounts, admin_configuration, admin_equipment, admin_people, admin_risk, admin_suspensions
from gate.web.admin import admin

__all__ = [
    "admin",
    "admin_accounts",
    "admin_configuration",
    "admin_equipment",
    "admin_people",
    "admin_risk",
    "admin_suspensions",
]
