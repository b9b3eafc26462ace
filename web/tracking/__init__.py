"""The script that web sites include to send what their visitors do."""
