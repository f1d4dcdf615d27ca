"""The app's menu: to add a page, add its line here."""

MENU = (
    ("app.py", "Predict", ":material/insights:"),
    ("pages/1_Attention.py", "Attention", ":material/hub:"),
    ("pages/2_Compare.py", "Compare", ":material/compare:"),
    ("pages/3_Batch.py", "Batch", ":material/stacks:"),
    ("pages/4_Learn.py", "Learn", ":material/school:"),
    ("pages/5_Model.py", "Model", ":material/verified:"),
)
"""File, label and icon of each page; one whose file is missing is left out."""
