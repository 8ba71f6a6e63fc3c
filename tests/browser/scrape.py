"""The metrics of a running service by Prometheus' own parser: scrape.py http://HOST:PORT"""

import sys
import urllib.request

from prometheus_client.parser import text_string_to_metric_families


def main(address: str) -> None:
    with urllib.request.urlopen(f"{address}/metrics") as answer:
        families = {family.name: family for family in text_string_to_metric_families(answer.read().decode())}
    spoken = families["wyoming_kokoro_requests"].samples
    assert any(sample.labels["outcome"] == "spoken" and sample.labels["protocol"] == "http" for sample in spoken)
    assert families["wyoming_kokoro_first_audio_seconds"].type == "histogram"
    print(f"ok  {len(families)} metrics, read by Prometheus' own parser")


if __name__ == "__main__":
    main(sys.argv[1])
