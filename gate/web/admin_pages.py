"""Every page of administration on its one blueprint."""

from gate.web import admin_people, admin_suspensions
from gate.web.admin import admin

__all__ = ["admin", "admin_people", "admin_suspensions"]
