def looks_like(text):
    return text.startswith("filename,")
