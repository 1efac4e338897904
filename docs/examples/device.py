#!/usr/bin/env python3
"""A device that loses nothing: docs/device-protocol.md in Python 3.9 or later, with paho-mqtt 2.1."""

import argparse
import json
import random
import signal
import ssl
import sys
import time

import paho.mqtt.client as mqtt

CAPACITY = 10_000  # messages kept at the most; beyond it the oldest goes
IN_FLIGHT = 32  # messages sent and not acknowledged


class Device:
    def __init__(self, options):
        self.options, self.topic = options, f"v1/{options.device}"
        # A boot grows with every start, so no two may share a second. A device without a clock keeps a counter.
        time.sleep(1)
        self.boot, self.connection, self.seq = int(time.time()), 0, 0
        self.kept = {}  # by number: payload, and when to send it (again)
        self.under_way = {}  # by packet: number
        self.receipted = self.refused = self.sent = self.dropped = 0
        self.start = time.monotonic()
        self.end = self.start + options.count / options.rate + options.grace

    def stop(self, *_):
        """SIGTERM: makes no more messages, and has the grace to bring home those it keeps."""
        self.options.count, self.end = self.seq, time.monotonic() + self.options.grace

    def measure(self):
        """Makes the messages that are due. One keeps its boot and number for life, however often it is sent."""
        due = int((time.monotonic() - self.start) * self.options.rate) + 1
        while self.seq < min(due, self.options.count):
            self.seq += 1
            point = {"ts": int(time.time() * 1000), "values": {"temperature": 20 + self.seq % 50 / 10}}
            self.kept[self.seq] = [json.dumps({"boot": self.boot, "seq": self.seq, "points": [point]}), 0.0]
            if len(self.kept) > CAPACITY:
                del self.kept[min(self.kept)]
                self.dropped += 1

    def send(self, client):
        """Sends what was not sent on this connection, and what was sent long ago and has no receipt."""
        now, busy = time.monotonic(), set(self.under_way.values())
        for seq, entry in sorted(self.kept.items()):
            if len(self.under_way) >= IN_FLIGHT:
                return
            if entry[1] <= now and seq not in busy:
                self.under_way[client.publish(f"{self.topic}/telemetry", entry[0], qos=1).mid] = seq
                self.sent += 1
                entry[1] = now + self.options.patience

    def on_connect(self, client, _data, _flags, reason, _properties):
        if not reason.is_failure:
            client.subscribe(f"{self.topic}/receipt", qos=0)
            client.publish(f"{self.topic}/status", self.status(True), qos=1, retain=True)

    def on_publish(self, _client, _data, packet, reason, _properties):
        """The broker has it, and may still lose it. 16 says that nobody is there to take it: that is soon tried again."""
        seq = self.under_way.pop(packet, None)
        if seq in self.kept and reason.value != 0:
            self.kept[seq][1] = time.monotonic() + 1

    def on_message(self, _client, _data, message):
        """A receipt: what it answers for is forgotten."""
        receipt = json.loads(message.payload)
        if receipt["boot"] != self.boot:
            return
        stored = [[1, receipt["through"]], *receipt.get("stored", [])]
        self.receipted += self.forget(stored, self.options.ledger)
        self.refused += self.forget(receipt.get("refused", []), None)

    def forget(self, runs, ledger):
        done = sorted(seq for seq in self.kept if any(first <= seq <= last for first, last in runs))
        for seq in done:
            del self.kept[seq]
            if ledger:  # a line a run: fleet, device, boot, first, last
                ledger.write(f"{self.options.device.replace('/', ' ')} {self.boot} {seq} {seq}\n")
        return len(done)

    def status(self, online):
        return json.dumps({"online": online, "boot": self.boot, "connection": self.connection})

    def is_done(self):
        return self.seq >= self.options.count and not self.kept

    def connected(self):
        """One connection, from its beginning to its end; whether it ever stood."""
        self.connection += 1
        self.under_way = {}
        for entry in self.kept.values():  # the broker may have lost what it acknowledged on the last one
            entry[1] = 0.0
        client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, self.options.device, protocol=mqtt.MQTTv5)
        client.on_connect, client.on_publish, client.on_message = self.on_connect, self.on_publish, self.on_message
        if self.options.ca:
            client.tls_set(self.options.ca, self.options.certificate, self.options.key, tls_version=ssl.PROTOCOL_TLS_CLIENT)
        client.will_set(f"{self.topic}/status", self.status(False), qos=1, retain=True)
        host, port = self.options.broker.rsplit(":", 1)
        stood = False
        try:
            client.connect(host, int(port), keepalive=20)
            while client.loop(timeout=0.05) == mqtt.MQTT_ERR_SUCCESS and not self.is_over():
                self.measure()
                if client.is_connected():
                    stood = True
                    self.send(client)
                if self.is_done():
                    goodbye, until = client.publish(f"{self.topic}/status", self.status(False), qos=1, retain=True), time.monotonic() + 5
                    while not goodbye.is_published() and time.monotonic() < until:
                        client.loop(timeout=0.05)
                    break
            client.disconnect()
        except OSError as error:
            print(f"{self.options.device}: {error}", file=sys.stderr)
        return stood

    def is_over(self):
        return time.monotonic() > self.end

    def run(self):
        pause = 0.5
        while not self.is_done() and not self.is_over():
            pause = 0.5 if self.connected() else min(pause * 2, 10)
            until = time.monotonic() + pause * random.uniform(0.5, 1.5)
            while time.monotonic() < until and not self.is_done():
                self.measure()
                time.sleep(0.05)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--broker", default="localhost:8883", help="host:port")
    arguments.add_argument("--ca", help="PEM file of the broker's authority; plain MQTT without it")
    arguments.add_argument("--certificate", help="PEM file of the device's certificate")
    arguments.add_argument("--key", help="PEM file of its private key")
    arguments.add_argument("--device", required=True, help="fleet/device")
    arguments.add_argument("--count", type=int, default=100, help="messages")
    arguments.add_argument("--rate", type=float, default=10, help="messages a second")
    arguments.add_argument("--patience", type=float, default=30, help="seconds until a message without receipt is sent again")
    arguments.add_argument("--grace", type=float, default=120, help="seconds that the last receipts may take")
    arguments.add_argument("--ledger", type=lambda name: open(name, "a", buffering=1), help="file of what has a receipt")
    device = Device(arguments.parse_args())
    signal.signal(signal.SIGTERM, device.stop)
    device.run()
    print(json.dumps({"made": device.seq, "receipted": device.receipted, "refused": device.refused, "sent": device.sent,
                      "dropped": device.dropped, "without_receipt": len(device.kept), "connections": device.connection}))
    return 0 if device.is_done() else 1


if __name__ == "__main__":
    sys.exit(main())
