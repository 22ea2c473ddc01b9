"""The same job as a Python script would do it: csv, re, json. Arguments: from, to, bytes. Prints its figures as JSON."""
import csv, io, json, re, sys, time

ADDRESS = {
    "EMAIL": re.compile(r'[^\s@"(),:;<>\[\]\\]{1,64}@(?:[^\s@.]{1,63}\.)+[^\s@.]{2,63}'),
    "SMS": re.compile(r"\+[1-9][0-9]{6,14}"),
    "VOICE": re.compile(r"\+[1-9][0-9]{6,14}"),
}
TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
COUNTRY = re.compile(r"[A-Z]{2}")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def endpoint_of(header, row):
    if len(row) != len(header):
        return None
    root = {}
    for (name, path), value in zip(header, row):
        if value == "" or (name == "OptOut" and value == "NONE"):
            continue
        if CONTROL.search(value):
            return None
        node = root
        for step in path[:-1]:
            node = node.setdefault(step, {})
        if path[0] == "Attributes" or path[1:2] == ["UserAttributes"]:
            if len(value) > 100:
                return None
            node.setdefault(path[-1], []).append(value)
        elif path[0] == "Metrics" or path[-1] in ("Latitude", "Longitude"):
            if not NUMBER.fullmatch(value):
                return None
            node[path[-1]] = float(value)
        else:
            node[path[-1]] = value
    return root if is_fit(root) else None


def is_fit(root):
    place = root.get("Location", {})
    rule = ADDRESS.get(root.get("ChannelType"), TOKEN)
    return (
        root.get("Id")
        and not re.search(r"[${}]", root["Id"])
        and rule.fullmatch(root.get("Address", ""))
        and root.get("OptOut", "ALL") == "ALL"
        and COUNTRY.fullmatch(place.get("Country", "DE"))
        and abs(place.get("Latitude", 0)) <= 90
        and abs(place.get("Longitude", 0)) <= 180
    )


class Slice(io.RawIOBase):
    """The first bytes of a file."""

    def __init__(self, file, left):
        self.file, self.left = file, left

    def readable(self):
        return True

    def readinto(self, into):
        data = self.file.read(min(len(into), self.left))
        self.left -= len(data)
        into[: len(data)] = data
        return len(data)


def main(source, target, size):
    began, cpu = time.perf_counter(), time.process_time()
    accepted = rejected = 0
    raw = io.BufferedReader(Slice(open(source, "rb", buffering=0), size), 262144)
    with io.TextIOWrapper(raw, "utf-8-sig", "replace", newline="") as text, open(target, "r+", encoding="utf-8") as out:
        rows = csv.reader(text)
        header = [(name, name.split(".")) for name in next(rows)]
        for row in rows:
            endpoint = endpoint_of(header, row)
            if endpoint is None:
                rejected += 1
                continue
            accepted += 1
            out.write(json.dumps(endpoint, ensure_ascii=False, separators=(",", ":")) + "\n")
    figures = {"ms": (time.perf_counter() - began) * 1000, "cpuMs": (time.process_time() - cpu) * 1000, "accepted": accepted, "rejected": rejected}
    print(json.dumps(figures))


main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
