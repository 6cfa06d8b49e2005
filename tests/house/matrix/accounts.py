"""Rows of accounts, people, members and projects."""

from __future__ import annotations

from tests.house.matrix import Row

ROWS = [
    Row("accounts.sign_in", "GET", "/sign-in?next=/", "anyone"),
    Row("accounts.sign_in", "POST", "/sign-in", "anyone", form={"email": "nobody@example.org", "password": "x"}),
    Row("accounts.sign_out", "POST", "/sign-out", "anyone"),
    Row("accounts.link", "GET", "/link/{link}", "anyone"),
    Row("accounts.link", "POST", "/link/{link}", "anyone"),
    Row("accounts.me", "GET", "/me", "signed_in"),
    Row(
        "accounts.profile", "POST", "/me/profile", "signed_in", form={"name": "ชื่อใหม่", "locale": "th", "theme": "auto"}
    ),
    Row("accounts.password", "POST", "/me/password", "signed_in", form={"password": "short", "again": "short"}),
    Row("accounts.end_session", "POST", "/me/sessions/{session_id}/end", "signed_in"),
    Row("accounts.end_other_sessions", "POST", "/me/sessions/end-others", "signed_in"),
    Row("accounts.add_token", "POST", "/me/tokens", "signed_in", form={"name": "รายงาน"}),
    Row("accounts.revoke_token", "POST", "/me/tokens/{token_id}/revoke", "signed_in"),
    Row("users.index", "GET", "/admin/users", "admin"),
    Row("users.add", "POST", "/admin/users", "admin", form={"email": "new@example.org", "name": "คนใหม่"}),
    Row("users.link", "POST", "/admin/users/{user}/link", "admin"),
    Row("users.set_active", "POST", "/admin/users/{user}/active", "admin", form={"to": "off"}),
    Row("users.set_admin", "POST", "/admin/users/{user}/admin", "admin", form={"to": "on"}),
    Row("members.index", "GET", "/p/{slug}/members", "reader"),
    Row(
        "members.add",
        "POST",
        "/p/{slug}/members",
        "owner",
        form={"email": "new@example.org", "name": "ก", "role": "reader"},
    ),
    Row("members.change", "POST", "/p/{slug}/members/{user}/role", "owner", form={"role": "commenter"}),
    Row("members.remove", "POST", "/p/{slug}/members/{user}/remove", "owner"),
    Row("projects.new", "GET", "/projects/new", "admin"),
    Row(
        "projects.new",
        "POST",
        "/projects/new",
        "admin",
        form={"slug": "{free_slug}", "name": "โครงการ", "codebook": "none"},
    ),
    Row("projects.settings", "GET", "/p/{slug}/settings", "owner"),
    Row("projects.settings", "POST", "/p/{slug}/settings", "owner", form={"name": "ชื่อใหม่", "description": ""}),
    Row("api.list_projects", "GET", "/api/v1/projects", "signed_in"),
    Row(
        "api.create_project",
        "POST",
        "/api/v1/projects",
        "admin",
        json={"slug": "{free_slug}", "name": "โครงการ", "codebook": "none"},
    ),
    Row("api.read_project", "GET", "/api/v1/projects/{slug}", "reader"),
    Row("api.edit_project", "PATCH", "/api/v1/projects/{slug}", "owner", json={"name": "ชื่อใหม่"}),
    Row("api.list_members", "GET", "/api/v1/projects/{slug}/members", "reader"),
    Row("api.read_member", "GET", "/api/v1/projects/{slug}/members/{email}", "reader"),
    Row("api.set_member", "PUT", "/api/v1/projects/{slug}/members/{email}", "owner", json={"role": "commenter"}),
    Row("api.remove_member", "DELETE", "/api/v1/projects/{slug}/members/{email}", "owner"),
]
