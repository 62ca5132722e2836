"""Processes that are told apart from later ones of the same pid, for plugins that outlive the host."""

from roomctl.host.platform import ProcessIdentity, new_session, process_identity, same_process

__all__ = ["ProcessIdentity", "new_session", "process_identity", "same_process"]
