"""votable_rules.py FILE...: holds VOTables against their schema, the rules that astropy knows, and IVOA's units and UCDs."""
import io
import sys

from astropy import units
from astropy.io import votable
from astropy.io.votable import ucd

for path in sys.argv[1:]:
    report = io.StringIO()
    if not votable.validate(path, output=report, xmllint=True):
        sys.exit(report.getvalue())
    for field in votable.parse_single_table(path).fields:
        if not field.description:
            sys.exit(f"{path}: {field.name} has no description")
        if field.unit is not None:
            units.Unit(str(field.unit), format="vounit")
        if field.ucd is not None:
            ucd.parse_ucd(field.ucd, check_controlled_vocabulary=True)
