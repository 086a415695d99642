"""Fehler, die in dieser Übung oft gemacht werden, und was dazu zu sagen ist."""

from __future__ import annotations

from faltwerk.cases import Mistake

_BLOCK = """\
super().__init__()
self.conv1 = nn.Sequential(
    nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False),
    nn.BatchNorm2d(out_channels),
)
self.conv2 = nn.Sequential(
    nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False),
    nn.BatchNorm2d(out_channels),
)
self.relu = nn.ReLU()
if stride == 1 and in_channels == out_channels:
    self.shortcut = nn.Identity()
else:
    self.shortcut = nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False)
"""
_LAYER = """\
blocks = [ResidualBlock(in_channels, out_channels, stride)]
for _ in range(num_blocks - 1):
    blocks.append(ResidualBlock(out_channels, out_channels))
return nn.Sequential(*blocks)
"""
_NET = """\
super().__init__()
self.stem = nn.Sequential(
    nn.Conv2d(3, 32, 7, stride=2, padding=3, bias=False), nn.BatchNorm2d(32), nn.ReLU()
)
self.stage1 = self.make_layer(32, 32, 6, stride=1)
self.stage2 = self.make_layer(32, 64, 6, stride=2)
self.stage3 = self.make_layer(64, 128, 12, stride=2)
self.pool = nn.AvgPool2d(4)
self.linear = nn.Linear(128, num_classes)
"""


def _changed(body: str, *changes: tuple[str, str]) -> str:
    """Der Rumpf einer Lücke, an einer oder mehreren Stellen falsch."""
    for right, wrong in changes:
        if right not in body:
            raise ValueError(f"Im Rumpf kommt {right!r} nicht vor.")
        body = body.replace(right, wrong)
    return body


def _block(message: str, *changes: tuple[str, str]) -> Mistake:
    return Mistake(gap=1, code=_changed(_BLOCK, *changes), message=message)


def _layer(message: str, *changes: tuple[str, str]) -> Mistake:
    return Mistake(gap=3, code=_changed(_LAYER, *changes), message=message)


def _net(message: str, *changes: tuple[str, str]) -> Mistake:
    return Mistake(gap=4, code=_changed(_NET, *changes), message=message)


MISTAKES = (
    # ResidualBlock.__init__
    _block(
        "Hier wird eine Schicht angelegt, bevor super().__init__() aufgerufen ist. Vor diesem "
        "Aufruf kann das Modul keine Schichten aufnehmen; er gehört in die erste Zeile.",
        ("super().__init__()\n", ""),
    ),
    _block(
        "Die Faltungen haben einen Bias. Die Batch-Normalisierung zieht den Mittelwert jedes "
        "Kanals ab und damit auch jeden Bias; er ist nur ein überflüssiges Gewicht.",
        (", padding=1, bias=False)", ", padding=1)"),
    ),
    _block(
        "Alle Faltungen haben einen Bias, auch die im Shortcut. Im ganzen Block soll keine Faltung "
        "einen haben.",
        (", bias=False", ""),
    ),
    _block(
        "Die Faltung im Shortcut hat einen Bias. Im ganzen Block soll keine Faltung einen haben.",
        ("1, stride=stride, bias=False)", "1, stride=stride)"),
    ),
    _block(
        "Auf die Faltung im Shortcut folgt eine Batch-Normalisierung. Viele Netze machen das so, "
        "dieses hier nicht: Der Shortcut ist nur die 1×1-Faltung.",
        (
            "nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False)",
            "nn.Sequential(\n"
            "        nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False),\n"
            "        nn.BatchNorm2d(out_channels),\n    )",
        ),
    ),
    _block(
        "Der Shortcut ist immer die Identität. Wo Schrittweite oder Kanalzahl die Form ändern, "
        "lassen sich die beiden Wege so nicht addieren.",
        (
            "nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False)",
            "nn.Identity()",
        ),
    ),
    _block(
        "Der Shortcut ist immer eine Faltung. Wo Eingabe und Ausgabe dieselbe Form haben, soll er "
        "die Identität sein: Sie hat keine Gewichte und lässt den Gradienten unverändert durch.",
        ("if stride == 1 and in_channels == out_channels:", "if False:"),
    ),
    _block(
        "Der Shortcut hängt nur von der Schrittweite ab. Auch eine andere Kanalzahl ändert die "
        "Form.",
        ("if stride == 1 and in_channels == out_channels:", "if stride == 1:"),
    ),
    _block(
        "Der Shortcut hängt nur von der Kanalzahl ab. Auch eine Schrittweite über 1 ändert die "
        "Form.",
        ("if stride == 1 and in_channels == out_channels:", "if in_channels == out_channels:"),
    ),
    _block(
        "Sind es am Ausgang weniger Kanäle als am Eingang, passt der Shortcut die Form nicht an. "
        "Nicht nur mehr Kanäle ändern sie, sondern jede andere Kanalzahl.",
        (
            "if stride == 1 and in_channels == out_channels:",
            "if stride == 1 and in_channels >= out_channels:",
        ),
    ),
    _block(
        "Der Shortcut verkleinert die Breite nicht. Er braucht dieselbe Schrittweite wie der "
        "Hauptweg, in der Höhe und in der Breite.",
        ("1, stride=stride, bias=False)", "1, bias=False)"),
    ),
    _block(
        "Die Faltung im Shortcut hat Kerngröße 3. Dort soll nur die Form angepasst werden; dafür "
        "genügt eine Faltung, die jeden Bildpunkt für sich betrachtet.",
        ("out_channels, 1, stride=stride, bias", "out_channels, 3, stride=stride, padding=1, bias"),
    ),
    _block(
        "Die zweite Faltung trägt die Schrittweite. Das soll schon die erste tun: Dann rechnet die "
        "zweite nur noch auf der kleineren Form.",
        ("3, stride=stride, padding=1", "3, padding=1"),
        ("out_channels, out_channels, 3, padding=1", "out_channels, out_channels, 3, stride, 1"),
    ),
    _block(
        "Der Hauptweg verkleinert stärker als der Shortcut. Nur die erste der beiden Faltungen "
        "soll die Schrittweite tragen, die zweite hat die Schrittweite 1.",
        ("out_channels, out_channels, 3, padding=1", "out_channels, out_channels, 3, stride, 1"),
    ),
    _block(
        "Der Hauptweg verkleinert die Breite nicht, der Shortcut schon. Die erste Faltung soll die "
        "Schrittweite in der Höhe und in der Breite tragen, damit beide Wege dieselbe Form haben.",
        ("3, stride=stride, padding=1", "3, padding=1"),
    ),
    _block(
        "Den Faltungen fehlt das Padding. Eine 3×3-Faltung ohne Padding nimmt in Höhe und Breite "
        "je 2 Bildpunkte weg, der Shortcut tut das nicht.",
        (", padding=1", ""),
    ),
    _block(
        "Die Batch-Normalisierung fehlt. Auf jede der beiden 3×3-Faltungen soll eine folgen.",
        ("    nn.BatchNorm2d(out_channels),\n", ""),
    ),
    _block(
        "Beide Faltungen sind dieselbe Schicht und teilen sich ihre Gewichte. Jede braucht eigene.",
        (
            "self.conv2 = nn.Sequential(\n"
            "    nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False),\n"
            "    nn.BatchNorm2d(out_channels),\n)",
            "self.conv2 = self.conv1",
        ),
    ),
    _block(
        "Im Hauptweg steht hinter der zweiten Batch-Normalisierung schon eine ReLU. Der Hauptweg "
        "kann dann nur noch vergrößern; die ReLU gehört hinter die Summe.",
        (
            "3, padding=1, bias=False),\n    nn.BatchNorm2d(out_channels),\n)\nself.relu",
            "3, padding=1, bias=False),\n    nn.BatchNorm2d(out_channels),\n    nn.ReLU(),\n)\n"
            "self.relu",
        ),
    ),
    # ResidualBlock.forward
    Mistake(
        gap=2,
        code="return self.relu(self.conv2(self.relu(self.conv1(x)))) + self.shortcut(x)",
        message="Die letzte ReLU steht vor der Summe statt dahinter. So kann der Hauptweg den "
        "Shortcut nur vergrößern, und die Ausgabe kann negativ sein.",
    ),
    Mistake(
        gap=2,
        code="return self.conv2(self.relu(self.conv1(x))) + self.shortcut(x)",
        message="Die ReLU nach der Summe fehlt: Die Ausgabe enthält negative Werte.",
    ),
    Mistake(
        gap=2,
        code="return self.relu(self.conv2(self.conv1(x)) + self.shortcut(x))",
        message="Die ReLU zwischen den beiden Faltungen fehlt. Ohne sie lassen sich beide zu einer "
        "einzigen linearen Abbildung zusammenfassen.",
    ),
    Mistake(
        gap=2,
        code="return self.relu(self.conv2(self.relu(self.conv1(x))))",
        message="Der Shortcut fehlt: Das ist nur der Hauptweg. Erst die Summe macht daraus einen "
        "Residualblock.",
    ),
    Mistake(
        gap=2,
        code="return self.relu(self.conv2(self.relu(self.conv1(x))) + x)",
        message="Addiert wird die Eingabe selbst statt der Ausgabe des Shortcuts. Das geht nur "
        "gut, solange der Block die Form nicht ändert.",
    ),
    Mistake(
        gap=2,
        code="h = self.relu(self.conv1(x))\nreturn self.relu(self.conv2(h) + self.shortcut(h))",
        message="Der Shortcut geht vom Ergebnis der ersten Faltung aus. Er soll den ganzen Block "
        "überspringen, also von der Eingabe ausgehen.",
    ),
    Mistake(
        gap=2,
        code="return self.relu(self.conv2(self.relu(self.conv1(x))) + self.relu(self.shortcut(x)))",
        message="Auch der Shortcut geht durch eine ReLU. Er soll die Eingabe unverändert "
        "weiterreichen, damit der Gradient ungehindert zurückfließt.",
    ),
    Mistake(
        gap=2,
        code="return self.relu(self.conv2(self.relu(self.conv1(x))) * self.shortcut(x))",
        message="Die beiden Wege werden multipliziert. Ein Residualblock addiert sie: Der Hauptweg "
        "lernt nur die Abweichung von der Eingabe.",
    ),
    Mistake(
        gap=2,
        code="self.relu(self.conv2(self.relu(self.conv1(x))) + self.shortcut(x))",
        message="Das return fehlt: Die Methode gibt None zurück.",
    ),
    # ResNet.make_layer
    _layer(
        "Jeder Block trägt die Schrittweite. Nur der erste soll verkleinern; sonst ist von den "
        "Bildern nach wenigen Blöcken nichts mehr übrig.",
        (
            "ResidualBlock(out_channels, out_channels)",
            "ResidualBlock(out_channels, out_channels, stride)",
        ),
    ),
    _layer(
        "Kein Block trägt die Schrittweite. Der erste soll verkleinern.",
        ("out_channels, stride)]", "out_channels)]"),
    ),
    _layer(
        "Es ist ein Block zu viel. Der erste zählt mit.",
        ("range(num_blocks - 1)", "range(num_blocks)"),
    ),
    _layer(
        "Es ist ein Block zu wenig. Nach dem ersten Block sollen noch num_blocks - 1 folgen.",
        ("range(num_blocks - 1)", "range(1, num_blocks - 1)"),
    ),
    _layer(
        "Auch die späteren Blöcke erwarten in_channels Kanäle. Nach dem ersten Block sind es aber "
        "schon out_channels.",
        ("ResidualBlock(out_channels, out_channels)", "ResidualBlock(in_channels, out_channels)"),
    ),
    _layer(
        "Der letzte Block ändert Kanalzahl und Größe statt des ersten.",
        ("[ResidualBlock(in_channels, out_channels, stride)]", "[]"),
        ("ResidualBlock(out_channels, out_channels)", "ResidualBlock(in_channels, in_channels)"),
        (
            "return",
            "blocks.append(ResidualBlock(in_channels, out_channels, stride))\nreturn",
        ),
    ),
    _layer(
        "Ein und derselbe Block steht mehrmals in der Stufe, also teilen sich alle ihre Gewichte. "
        "Jeder Platz braucht einen eigenen Block.",
        (
            "for _ in range(num_blocks - 1):\n"
            "    blocks.append(ResidualBlock(out_channels, out_channels))",
            "if num_blocks > 1:\n"
            "    blocks += [ResidualBlock(out_channels, out_channels)] * (num_blocks - 1)",
        ),
    ),
    _layer(
        "Zurückgegeben wird eine Python-Liste. Ihre Blöcke gehören zu keinem Modul: Sie lässt sich "
        "nicht aufrufen, und der Optimierer fände ihre Gewichte nicht.",
        ("return nn.Sequential(*blocks)", "return blocks"),
    ),
    _layer(
        "nn.Sequential bekommt eine Liste. Erwartet werden die Blöcke als einzelne Argumente.",
        ("nn.Sequential(*blocks)", "nn.Sequential(blocks)"),
    ),
    _layer(
        "nn.ModuleList kennt die Gewichte der Blöcke, weiß aber nicht, dass sie nacheinander zu "
        "rechnen sind.",
        ("nn.Sequential(*blocks)", "nn.ModuleList(blocks)"),
    ),
    _layer("Das return fehlt: Die Methode gibt None zurück.", ("return ", "")),
    # ResNet.__init__
    _net(
        "Hier wird eine Schicht angelegt, bevor super().__init__() aufgerufen ist. Vor diesem "
        "Aufruf kann das Modul keine Schichten aufnehmen; er gehört in die erste Zeile.",
        ("super().__init__()\n", ""),
    ),
    _net(
        "Im Stamm fehlt die ReLU hinter der Batch-Normalisierung.",
        (", nn.ReLU()", ""),
    ),
    _net(
        "Im Stamm fehlt die Batch-Normalisierung.",
        (" nn.BatchNorm2d(32),", ""),
    ),
    _net(
        "Im Stamm stehen ReLU und Batch-Normalisierung in der falschen Reihenfolge. Erst wird "
        "normalisiert, dann abgeschnitten.",
        ("nn.BatchNorm2d(32), nn.ReLU()", "nn.ReLU(), nn.BatchNorm2d(32)"),
    ),
    _net(
        "Die lineare Schicht bekommt 512 Werte je Bild statt der 128, die sie erwartet. Rechnen "
        "Sie nach: Der Stamm macht mit Schrittweite 2 aus 32×32 Bildpunkten 16×16, die Stufen "
        "machen daraus 8×8 und 4×4 mit 128 Kanälen, und der Mittelwert über 4×4 lässt je Kanal "
        "einen übrig.",
        ("7, stride=2, padding=3", "7, padding=3"),
    ),
    _net(
        "Das Padding der 7×7-Faltung stimmt nicht. Damit aus 32×32 genau die Hälfte wird, braucht "
        "der größere Kern mehr Rand als eine 3×3-Faltung.",
        ("7, stride=2, padding=3", "7, stride=2, padding=1"),
    ),
    _net(
        "Die Faltung im Stamm hat Kerngröße 3. Verlangt ist ein 7×7-Kern mit Padding 3.",
        ("7, stride=2, padding=3", "3, stride=2, padding=1"),
    ),
    _net(
        "Hinter dem Stamm steht ein Max-Pooling. Das gehört zum ResNet für große Bilder; hier "
        "verkleinert im Stamm nur die Faltung.",
        ("nn.ReLU()\n", "nn.ReLU(), nn.MaxPool2d(3, 2, 1)\n"),
        ("nn.AvgPool2d(4)", "nn.AdaptiveAvgPool2d(1)"),
    ),
    _net(
        "Am Ende steht Max-Pooling. Verlangt ist der Mittelwert: So tragen alle 16 Bildpunkte zum "
        "Ergebnis bei, und alle bekommen einen Gradienten.",
        ("nn.AvgPool2d(4)", "nn.MaxPool2d(4)"),
    ),
    _net(
        "Die letzte Stufe hat 6 statt 12 Blöcke.",
        ("self.make_layer(64, 128, 12", "self.make_layer(64, 128, 6"),
    ),
    _net(
        "Die Stufen haben 3, 4 und 6 Blöcke wie die ersten drei eines ResNet-34. Dieses Netz hat "
        "andere Zahlen; zählen Sie in der Abbildung nach.",
        ("32, 32, 6,", "32, 32, 3,"),
        ("32, 64, 6,", "32, 64, 4,"),
        ("64, 128, 12,", "64, 128, 6,"),
    ),
    _net(
        "Für den Mittelwert über 4×4 sind nur noch 2×2 Bildpunkte da: Einmal zu viel wird "
        "verkleinert. Schrittweite 2 haben nur die Faltung im Stamm und der jeweils erste Block "
        "der zweiten und der dritten Stufe; die erste bleibt bei 16×16, und ein Max-Pooling gibt "
        "es nicht.",
        ("32, 32, 6, stride=1", "32, 32, 6, stride=2"),
    ),
    _net(
        "Auch die erste Stufe verkleinert. Sie soll bei 16×16 Bildpunkten bleiben.",
        ("32, 32, 6, stride=1", "32, 32, 6, stride=2"),
        ("nn.AvgPool2d(4)", "nn.AdaptiveAvgPool2d(1)"),
    ),
    _net(
        "Die zweite und die dritte Stufe verkleinern nicht. Ihr jeweils erster Block soll die "
        "Schrittweite 2 tragen.",
        ("stride=2)\nself.stage3", "stride=1)\nself.stage3"),
        ("128, 12, stride=2", "128, 12, stride=1"),
        ("nn.AvgPool2d(4)", "nn.AdaptiveAvgPool2d(1)"),
    ),
    _net(
        "Die lineare Schicht bekommt 2048 Werte je Bild statt der 128, die sie erwartet. Rechnen "
        "Sie nach: Die zweite und die dritte Stufe sollen mit Schrittweite 2 aus 16×16 Bildpunkten "
        "8×8 und 4×4 machen, und der Mittelwert über 4×4 lässt von jedem Kanal einen Wert übrig.",
        ("stride=2)\nself.stage3", "stride=1)\nself.stage3"),
        ("128, 12, stride=2", "128, 12, stride=1"),
    ),
    _net(
        "Die lineare Schicht hat immer 10 Ausgaben. Wie viele es sind, sagt num_classes.",
        ("nn.Linear(128, num_classes)", "nn.Linear(128, 10)"),
    ),
    _net(
        "Die Zahl der Eingaben der linearen Schicht stimmt nicht. Nach dem Mittelwert bleibt je "
        "Kanal der letzten Stufe ein einziger Wert.",
        ("nn.Linear(128, num_classes)", "nn.Linear(128 * 4 * 4, num_classes)"),
    ),
    _net(
        "Die lineare Schicht hat keinen Bias. Nur vor einer Batch-Normalisierung ist er "
        "überflüssig.",
        ("nn.Linear(128, num_classes)", "nn.Linear(128, num_classes, bias=False)"),
    ),
    # ResNet.forward
    Mistake(
        gap=5,
        code="x = self.stage3(self.stage2(self.stage1(x)))\n"
        "return self.linear(torch.flatten(self.pool(x), start_dim=1))",
        message="Die erste Stufe bekommt die Bilder selbst statt der Ausgabe des Stamms: Sie "
        "erwartet 32 Kanäle, die Bilder haben 3.",
    ),
    Mistake(
        gap=5,
        code="x = self.stage3(self.stage2(self.stage1(self.stem(x))))\n"
        "return self.linear(self.pool(x))",
        message="Vor der linearen Schicht hat der Tensor noch vier Achsen. Die beiden letzten "
        "müssen weg.",
    ),
    Mistake(
        gap=5,
        code="x = self.stage3(self.stage2(self.stage1(self.stem(x))))\n"
        "return self.linear(torch.flatten(self.pool(x)))",
        message="flatten fasst auch die Achse der Bilder mit zusammen. Sie muss erhalten bleiben: "
        "Jedes Bild bekommt eigene Logits.",
    ),
    Mistake(
        gap=5,
        code="x = self.stage3(self.stage2(self.stage1(self.stem(x))))\n"
        "return self.linear(torch.flatten(x, start_dim=1))",
        message="Der Mittelwert über die 4×4 Bildpunkte fehlt. Die lineare Schicht erwartet einen "
        "Wert je Kanal.",
    ),
    Mistake(
        gap=5,
        code="x = self.stage3(self.stage2(self.stage1(self.stem(x))))\n"
        "return torch.softmax(self.linear(torch.flatten(self.pool(x), start_dim=1)), dim=1)",
        message="Auf die Logits wird noch die Softmax angewendet. Sie steckt schon in der "
        "Kreuzentropie; zweimal angewendet lernt das Netz kaum noch.",
    ),
    Mistake(
        gap=5,
        code="x = self.stage3(self.stage2(self.stage1(self.stem(x))))\n"
        "return torch.log_softmax(self.linear(torch.flatten(self.pool(x), start_dim=1)), dim=1)",
        message="Auf die Logits wird noch die logarithmierte Softmax angewendet. Gefragt sind die "
        "Logits selbst, also die Ausgabe der linearen Schicht.",
    ),
    Mistake(
        gap=5,
        code="x = self.stage3(self.stage2(self.stage1(self.stem(x))))\n"
        "return torch.relu(self.linear(torch.flatten(self.pool(x), start_dim=1)))",
        message="Auf die Logits wird noch eine ReLU angewendet. Logits dürfen negativ sein.",
    ),
    Mistake(
        gap=5,
        code="x = self.stage3(self.stage2(self.stage1(self.stem(x))))\n"
        "self.linear(torch.flatten(self.pool(x), start_dim=1))",
        message="Das return fehlt: Die Methode gibt None zurück.",
    ),
)
