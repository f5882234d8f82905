import json
from pitches import case
def test_dump(pitch):
    s = case.build(pitch).as_snapshot()
    json.dump(s, open('/tmp/dump/sample.json','w'))
