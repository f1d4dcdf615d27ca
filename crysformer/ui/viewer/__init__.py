"""The 3D views: Streamlit components around the modules in ``js/`` and ``css/``."""
