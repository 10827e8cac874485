"""The report as one HTML page that needs nothing else: no request, no script that it cannot do without."""
