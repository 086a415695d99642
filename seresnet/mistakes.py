"""Fehler, die in dieser Übung oft gemacht werden, und was dazu zu sagen ist."""

from __future__ import annotations

from faltwerk.cases import Mistake

MISTAKES = (
    # SqueezeAndExcitationBlock: Schichten
    Mistake(
        gap=1,
        code="self.conv1 = nn.Conv2d(n_channels, r, kernel_size=1)",
        message="Die Faltung gibt r Kanäle aus. r ist aber keine Kanalzahl, sondern der Faktor, um "
        "den die Kanalzahl kleiner wird.",
    ),
    Mistake(
        gap=1,
        code="self.conv1 = nn.Conv2d(n_channels, n_channels // r, kernel_size=1, bias=False)",
        message="Der Faltung fehlt der Bias. Im SE-Block haben beide Faltungen einen; nur die des "
        "Bottleneck-Blocks haben keinen.",
    ),
    Mistake(
        gap=1,
        code="self.conv1 = nn.Conv2d(n_channels // r, n_channels, kernel_size=1)",
        message="Ein- und Ausgabekanäle sind vertauscht: Die erste Faltung verkleinert die "
        "Kanalzahl.",
    ),
    Mistake(
        gap=1,
        code="self.conv1 = nn.Conv2d(n_channels, n_channels, kernel_size=1)",
        message="Die Faltung behält alle Kanäle. Der Engpass des SE-Blocks fehlt: Der "
        "Reduktionsfaktor wird nicht benutzt.",
    ),
    Mistake(
        gap=1,
        code="self.conv1 = nn.Conv2d(n_channels, n_channels // r, kernel_size=3, padding=1)",
        message="Der Kern ist 3×3. Nach dem Squeeze gibt es je Kanal nur noch einen Wert; eine "
        "Nachbarschaft, die ein größerer Kern sehen könnte, ist nicht mehr da.",
    ),
    Mistake(
        gap=1,
        code="self.conv1 = nn.Linear(n_channels, n_channels // r)",
        message="Das ist eine lineare Schicht. Sie rechnet dasselbe, erwartet die Kanäle aber auf "
        "der letzten Achse, und ihre Gewichte haben eine andere Form als die einer 1×1-Faltung.",
    ),
    Mistake(
        gap=2,
        code="self.conv2 = nn.Conv2d(n_channels // r, n_channels, kernel_size=1, bias=False)",
        message="Der zweiten Faltung fehlt der Bias. Ohne ihn kann ein Kanal, dessen Nachbarn alle "
        "0 sind, nur das Gate 0,5 bekommen.",
    ),
    Mistake(
        gap=2,
        code="self.conv2 = nn.Conv2d(n_channels, n_channels // r, kernel_size=1)",
        message="Das ist noch einmal die erste Faltung. Die zweite führt von der kleineren "
        "Kanalzahl zurück.",
    ),
    Mistake(
        gap=2,
        code="self.conv2 = nn.Conv2d(n_channels // r, n_channels // r, kernel_size=1)",
        message="Die zweite Faltung bleibt bei der kleineren Kanalzahl. Am Ende braucht jeder "
        "Kanal der Eingabe seinen eigenen Faktor.",
    ),
    Mistake(
        gap=2,
        code="self.conv2 = nn.Conv2d(n_channels // r, 1, kernel_size=1)",
        message="Die zweite Faltung gibt nur einen Kanal aus. Damit bekämen alle Kanäle denselben "
        "Faktor, statt einzeln gewichtet zu werden.",
    ),
    Mistake(
        gap=2,
        code="self.conv2 = nn.Conv2d(r, n_channels, kernel_size=1)",
        message="Die zweite Faltung erwartet r Kanäle. r ist der Reduktionsfaktor; die Kanalzahl "
        "nach der ersten Faltung ergibt sich erst durch Teilen.",
    ),
    # SqueezeAndExcitationBlock: Rechnung
    Mistake(
        gap=3,
        code="x_se.mean(dim=(2, 3))",
        message="Die gemittelten Achsen sind verschwunden. Die Faltung braucht sie noch, mit der "
        "Länge 1.",
    ),
    Mistake(
        gap=3,
        code="x_se.sum(dim=(2, 3), keepdim=True)",
        message="Das ist die Summe statt des Mittelwerts. Sie wächst mit der Größe des Bildes, und "
        "das Gate hinge davon ab.",
    ),
    Mistake(
        gap=3,
        code="x_se.amax(dim=(2, 3), keepdim=True)",
        message="Das ist das Maximum jedes Kanals. Der Squeeze mittelt über alle Bildpunkte.",
    ),
    Mistake(
        gap=3,
        code="x_se.mean(dim=1, keepdim=True)",
        message="Hier wird über die Kanäle gemittelt. Zusammengefasst werden sollen die "
        "Bildpunkte: Jeder Kanal behält seinen eigenen Mittelwert.",
    ),
    Mistake(
        gap=3,
        code="x_se.mean(dim=(0, 2, 3), keepdim=True)",
        message="Hier wird auch über die Bilder des Stapels gemittelt. Jedes Bild bekommt sein "
        "eigenes Gate.",
    ),
    Mistake(
        gap=3,
        code="x_se.mean(dim=3, keepdim=True)",
        message="Hier wird nur über die Breite gemittelt; je Kanal bleibt eine ganze Spalte übrig. "
        "Es fehlt die Höhe.",
    ),
    Mistake(
        gap=3,
        code="x_se.mean(dim=2, keepdim=True)",
        message="Hier wird nur über die Höhe gemittelt; je Kanal bleibt eine ganze Zeile übrig. Es "
        "fehlt die Breite.",
    ),
    Mistake(
        gap=3,
        code="x.mean(dim=(2, 3), keepdim=True)",
        message="Die Mittelwerte stimmen, gehen aber nicht von der Kopie x_se aus. Bei ihr kommt "
        "deshalb kein Gradient an, und der SE-Weg lässt sich nicht für sich beobachten.",
    ),
    Mistake(
        gap=3,
        code="x_skip.mean(dim=(2, 3), keepdim=True)",
        message="Die Mittelwerte stimmen, der Gradient des SE-Wegs kommt aber bei x_skip an statt "
        "bei x_se. Gemittelt wird die Kopie für den SE-Weg.",
    ),
    Mistake(
        gap=4,
        code="self.conv1(x_se)",
        message="Die Faltung sieht die ganzen Bilder statt der Mittelwerte. So entsteht ein Gate "
        "je Bildpunkt, und der Squeeze bleibt ohne Wirkung.",
    ),
    Mistake(
        gap=4,
        code="gap_out",
        message="Die erste Faltung fehlt: Die Mittelwerte erreichen die zweite mit allen Kanälen, "
        "statt zuerst verdichtet zu werden.",
    ),
    Mistake(
        gap=4,
        code="self.conv1(F.relu(gap_out))",
        message="Vor der ersten Faltung steht eine ReLU; negative Mittelwerte gehen so verloren. "
        "Die Aktivierung folgt auf die Faltung.",
    ),
    Mistake(
        gap=4,
        code="F.relu(self.conv1(gap_out))",
        message="Die negativen Werte der Faltung sind hier schon abgeschnitten. conv1_act ist das "
        "Ergebnis der Faltung allein; die ReLU ist die nächste Lücke.",
    ),
    Mistake(
        gap=5,
        code="conv1_act",
        message="Die ReLU fehlt. Ohne sie sind die beiden Faltungen zusammen nur eine einzige "
        "lineare Abbildung.",
    ),
    Mistake(
        gap=5,
        code="torch.sigmoid(conv1_act)",
        message="Die Sigmoidfunktion gehört erst ans Ende des SE-Wegs. Zwischen den beiden "
        "Faltungen steht eine ReLU.",
    ),
    Mistake(
        gap=5,
        code="F.relu(gap_out)",
        message="Die ReLU wirkt auf die Mittelwerte; das Ergebnis der ersten Faltung geht "
        "verloren.",
    ),
    Mistake(
        gap=5,
        code="F.leaky_relu(conv1_act)",
        message="Die undichte ReLU lässt negative Werte zu einem kleinen Teil durch. Gefragt ist "
        "die gewöhnliche.",
    ),
    Mistake(
        gap=6,
        code="self.conv2(conv1_act)",
        message="Die zweite Faltung rechnet mit den Werten vor der ReLU; deren Ergebnis wird "
        "nicht benutzt.",
    ),
    Mistake(
        gap=6,
        code="self.conv1(conv1_out)",
        message="Das ist noch einmal die erste Faltung. Jetzt führt der Weg zurück zur vollen "
        "Kanalzahl.",
    ),
    Mistake(
        gap=6,
        code="conv1_out",
        message="Die zweite Faltung fehlt: Es gibt noch nicht für jeden Kanal einen Wert.",
    ),
    Mistake(
        gap=7,
        code="conv2_act",
        message="Die Sigmoidfunktion fehlt. Ein Gate liegt zwischen 0 und 1, diese Werte können "
        "beliebig groß und auch negativ sein.",
    ),
    Mistake(
        gap=7,
        code="torch.softmax(conv2_act, dim=1)",
        message="Das ist eine Softmax: Die Faktoren addieren sich zu 1, und die Kanäle nehmen "
        "einander etwas weg. Hier darf jeder Kanal für sich offen sein.",
    ),
    Mistake(
        gap=7,
        code="torch.tanh(conv2_act)",
        message="Der Tangens hyperbolicus liegt zwischen −1 und 1; ein Gate würde damit Vorzeichen "
        "umkehren.",
    ),
    Mistake(
        gap=7,
        code="F.relu(conv2_act)",
        message="Nach der ReLU gibt es Faktoren, die beliebig groß sind. Ein Gate liegt zwischen 0 "
        "und 1.",
    ),
    Mistake(
        gap=7,
        code="F.hardsigmoid(conv2_act)",
        message="Das ist eine stückweise lineare Näherung der Sigmoidfunktion, nicht sie selbst.",
    ),
    Mistake(
        gap=8,
        code="x_skip + conv2_out",
        message="Das Gate wird addiert. Es soll die Kanäle gewichten; addiert wird der Skip-Weg "
        "erst im Bottleneck-Block.",
    ),
    Mistake(
        gap=8,
        code="conv2_out",
        message="Das ist nur das Gate. Der Block gibt die damit gewichteten Kanäle zurück.",
    ),
    Mistake(
        gap=8,
        code="x_skip * conv2_act",
        message="Multipliziert wird mit den Werten vor der Sigmoidfunktion.",
    ),
    Mistake(
        gap=8,
        code="gap_out * conv2_out",
        message="Gewichtet werden hier die Mittelwerte. Die Bilder selbst sind verloren, die "
        "Ausgabe hat nur noch einen Wert je Kanal.",
    ),
    Mistake(
        gap=8,
        code="x_skip + x_skip * conv2_out",
        message="Zur gewichteten Kopie kommt die ungewichtete noch einmal hinzu. Der SE-Block gibt "
        "nur das Produkt zurück.",
    ),
    Mistake(
        gap=8,
        code="x_se * conv2_out",
        message="Die Ausgabe stimmt, der Gradient des Skip-Wegs kommt aber bei x_se an statt bei "
        "x_skip. Jeder Weg hat seine eigene Kopie, damit sich sein Gradient einzeln beobachten "
        "lässt.",
    ),
    Mistake(
        gap=8,
        code="x * conv2_out",
        message="Die Ausgabe stimmt, geht aber nicht von der Kopie x_skip aus. Bei ihr kommt "
        "deshalb kein Gradient an, und der Skip-Weg lässt sich nicht für sich beobachten.",
    ),
    # BottleneckBlock: Schichten
    Mistake(
        gap=9,
        code="self.conv1 = nn.Conv2d(n_channels_in, n_channels, kernel_size=1)",
        message="Die erste Faltung hat einen Bias. Er ist voreingestellt und muss hier "
        "ausdrücklich abgeschaltet werden.",
    ),
    Mistake(
        gap=9,
        code="self.conv1 = nn.Conv2d(n_channels, n_channels, kernel_size=1, bias=False)",
        message="Die erste Faltung erwartet schon die kleinere Kanalzahl. Ihre Eingabe ist aber "
        "die des Blocks.",
    ),
    Mistake(
        gap=9,
        code="self.conv1 = nn.Conv2d(n_channels, n_channels_in, kernel_size=1, bias=False)",
        message="Ein- und Ausgabekanäle sind vertauscht: Die erste Faltung verkleinert die "
        "Kanalzahl auf die des Flaschenhalses.",
    ),
    Mistake(
        gap=9,
        code="self.conv1 = nn.Conv2d(n_channels_in, n_channels, 3, padding=1, bias=False)",
        message="Die erste Faltung ist 3×3. Im Bottleneck-Block ist sie 1×1 und verkleinert nur "
        "die Kanalzahl; die teure 3×3-Faltung kommt danach.",
    ),
    Mistake(
        gap=10,
        code="self.conv2 = nn.Conv2d(n_channels, n_channels, 3, bias=False)",
        message="Der Rand fehlt: Ohne ihn macht die 3×3-Faltung das Bild um zwei Zeilen und zwei "
        "Spalten kleiner, und der Skip-Weg passt nicht mehr dazu.",
    ),
    Mistake(
        gap=10,
        code="self.conv2 = nn.Conv2d(n_channels, n_channels, 3, padding=1)",
        message="Die zweite Faltung hat einen Bias. Alle drei Faltungen des Blocks haben keinen.",
    ),
    Mistake(
        gap=10,
        code="self.conv2 = nn.Conv2d(n_channels, n_channels, 1, bias=False)",
        message="Die zweite Faltung ist 1×1. Dann sähe der ganze Block an keiner Stelle einen "
        "benachbarten Bildpunkt.",
    ),
    Mistake(
        gap=10,
        code="self.conv2 = nn.Conv2d(n_channels, 4 * n_channels, 3, padding=1, bias=False)",
        message="Die zweite Faltung vervierfacht die Kanäle schon. Das ist erst Aufgabe der "
        "dritten.",
    ),
    Mistake(
        gap=10,
        code="self.conv2 = nn.Conv2d(n_channels_in, n_channels, 3, padding=1, bias=False)",
        message="Die zweite Faltung erwartet die Kanäle der Eingabe. Vor ihr liegt aber die erste "
        "Faltung, die die Kanalzahl schon verkleinert hat.",
    ),
    Mistake(
        gap=11,
        code="self.conv3 = nn.Conv2d(n_channels, n_channels, 1, bias=False)",
        message="Die dritte Faltung bleibt bei der kleinen Kanalzahl. Damit die Addition gelingt, "
        "muss sie die Kanäle um den Faktor expansion vermehren.",
    ),
    Mistake(
        gap=11,
        code="self.conv3 = nn.Conv2d(n_channels, 4 * n_channels, 1)",
        message="Die dritte Faltung hat einen Bias. Alle drei Faltungen des Blocks haben keinen.",
    ),
    Mistake(
        gap=11,
        code="self.conv3 = nn.Conv2d(n_channels, 4 * n_channels_in, 1, bias=False)",
        message="Vervielfacht wird die Kanalzahl der Eingabe. Der Faktor expansion bezieht sich "
        "auf die Kanäle des Flaschenhalses.",
    ),
    Mistake(
        gap=11,
        code="self.conv3 = nn.Conv2d(n_channels, 4 * n_channels, 3, padding=1, bias=False)",
        message="Die dritte Faltung ist 3×3. Im Bottleneck-Block steht die einzige 3×3-Faltung in "
        "der Mitte.",
    ),
    Mistake(
        gap=12,
        code="self.se = SqueezeAndExcitationBlock(n_channels, r_se)",
        message="Der SE-Block ist für die Kanäle des Flaschenhalses gebaut. Er steht aber hinter "
        "der dritten Faltung, die mehr Kanäle ausgibt.",
    ),
    Mistake(
        gap=12,
        code="self.se = SqueezeAndExcitationBlock(4 * n_channels)",
        message="Der Reduktionsfaktor r_se wird nicht weitergegeben; der SE-Block rechnet mit "
        "seiner Voreinstellung 16.",
    ),
    Mistake(
        gap=12,
        code="self.se = SqueezeAndExcitationBlock(4 * n_channels, 4 * n_channels // r_se)",
        message="Geteilt wird doppelt: Der SE-Block erwartet den Reduktionsfaktor selbst und teilt "
        "die Kanalzahl dann von sich aus.",
    ),
    Mistake(
        gap=12,
        code="self.se = SqueezeAndExcitationBlock(r_se, 4 * n_channels)",
        message="Die beiden Angaben sind vertauscht: Zuerst kommt die Kanalzahl, dann der "
        "Reduktionsfaktor.",
    ),
    # BottleneckBlock: Rechnung
    Mistake(
        gap=13,
        code="self.conv1(F.relu(x_res))",
        message="Vor der ersten Faltung steht eine ReLU. In diesem Block folgt die Aktivierung "
        "erst auf die Faltung.",
    ),
    Mistake(
        gap=13,
        code="x_res",
        message="Die erste Faltung fehlt: Die Eingabe erreicht die zweite mit allen Kanälen, "
        "statt zuerst durch den Flaschenhals zu gehen.",
    ),
    Mistake(
        gap=13,
        code="self.conv1(x_skip)",
        message="Die Werte stimmen, der Gradient des Residualwegs kommt aber bei x_skip an statt "
        "bei x_res. Jeder Weg hat seine eigene Kopie, damit sich sein Gradient einzeln beobachten "
        "lässt.",
    ),
    Mistake(
        gap=13,
        code="self.conv1(x)",
        message="Die Werte stimmen, gehen aber nicht von der Kopie x_res aus. Bei ihr kommt "
        "deshalb kein Gradient an, und der Residualweg lässt sich nicht für sich beobachten.",
    ),
    Mistake(
        gap=13,
        code="F.relu(self.conv1(x_res))",
        message="Die negativen Werte der Faltung sind hier schon abgeschnitten. conv1_act ist das "
        "Ergebnis der Faltung allein; die ReLU ist die nächste Lücke.",
    ),
    Mistake(
        gap=14,
        code="conv1_act",
        message="Die ReLU nach der ersten Faltung fehlt; zwei Faltungen ohne Aktivierung "
        "dazwischen sind zusammen wieder nur eine Faltung.",
    ),
    Mistake(
        gap=14,
        code="torch.sigmoid(conv1_act)",
        message="Die Sigmoidfunktion gibt es nur im Gate des SE-Blocks. Nach den Faltungen des "
        "Bottleneck-Blocks steht eine ReLU.",
    ),
    Mistake(
        gap=14,
        code="F.leaky_relu(conv1_act)",
        message="Die undichte ReLU lässt negative Werte zu einem kleinen Teil durch. Gefragt ist "
        "die gewöhnliche.",
    ),
    Mistake(
        gap=15,
        code="self.conv2(conv1_act)",
        message="Die zweite Faltung rechnet mit den Werten vor der ReLU; deren Ergebnis wird "
        "nicht benutzt.",
    ),
    Mistake(
        gap=15,
        code="conv1_out",
        message="Die zweite Faltung fehlt: Ohne sie sieht der Block keinen benachbarten Bildpunkt.",
    ),
    Mistake(
        gap=15,
        code="self.conv1(conv1_out)",
        message="Das ist noch einmal die erste Faltung. Sie erwartet die Kanäle der Eingabe, hier "
        "sind es nur noch die des Flaschenhalses.",
    ),
    Mistake(
        gap=15,
        code="F.relu(self.conv2(conv1_out))",
        message="Die negativen Werte der Faltung sind hier schon abgeschnitten. conv2_act ist das "
        "Ergebnis der Faltung allein; die ReLU ist die nächste Lücke.",
    ),
    Mistake(
        gap=16,
        code="conv2_act",
        message="Die ReLU nach der zweiten Faltung fehlt.",
    ),
    Mistake(
        gap=16,
        code="F.relu(conv1_out)",
        message="Die ReLU wirkt noch einmal auf das Ergebnis der ersten Faltung; die zweite bleibt "
        "ohne Wirkung.",
    ),
    Mistake(
        gap=16,
        code="torch.sigmoid(conv2_act)",
        message="Die Sigmoidfunktion gibt es nur im Gate des SE-Blocks. Nach den Faltungen des "
        "Bottleneck-Blocks steht eine ReLU.",
    ),
    Mistake(
        gap=17,
        code="F.relu(self.conv3(conv2_out))",
        message="Nach der dritten Faltung steht hier schon eine ReLU. Das Residuum muss auch "
        "negativ sein dürfen, sonst kann der Block die Werte des Skip-Wegs nur vergrößern.",
    ),
    Mistake(
        gap=17,
        code="self.conv3(conv2_act)",
        message="Die dritte Faltung rechnet mit den Werten vor der ReLU; deren Ergebnis wird "
        "nicht benutzt.",
    ),
    Mistake(
        gap=17,
        code="self.conv3(conv1_out)",
        message="Die dritte Faltung setzt auf dem Ergebnis der ersten auf; die zweite wird "
        "übersprungen.",
    ),
    Mistake(
        gap=18,
        code="conv3_act",
        message="Der SE-Block ist angelegt, wird aber nicht benutzt: Das Residuum ist ungewichtet.",
    ),
    Mistake(
        gap=18,
        code="conv3_act * self.se(conv3_act)",
        message="Hier wird zweimal multipliziert. Der SE-Block gibt nicht das Gate zurück, sondern "
        "schon die gewichteten Kanäle.",
    ),
    Mistake(
        gap=18,
        code="self.se(x_res)",
        message="Der SE-Block gewichtet die Eingabe des Blocks; die drei Faltungen bleiben ohne "
        "Wirkung.",
    ),
    Mistake(
        gap=18,
        code="self.se(F.relu(conv3_act))",
        message="Vor dem SE-Block steht eine ReLU. Die letzte Aktivierung kommt erst nach der "
        "Addition.",
    ),
    Mistake(
        gap=18,
        code="conv3_act + self.se(conv3_act)",
        message="Zur gewichteten Ausgabe kommt die ungewichtete noch einmal hinzu. Das Residuum "
        "ist allein die gewichtete.",
    ),
    Mistake(
        gap=19,
        code="x_res",
        message="Das Residuum ist hier die Eingabe; die drei Faltungen bleiben ohne Wirkung.",
    ),
    Mistake(
        gap=19,
        code="F.relu(conv3_act)",
        message="Nach der dritten Faltung steht hier eine ReLU. Auch ohne SE-Block kommt die "
        "letzte Aktivierung erst nach der Addition.",
    ),
    Mistake(
        gap=19,
        code="conv3_act + x_skip",
        message="Der Skip-Weg wird hier schon addiert; gleich darauf kommt er noch einmal hinzu.",
    ),
    Mistake(
        gap=19,
        code="self.se(conv3_act)",
        message="In diesem Zweig gibt es keinen SE-Block: Er wurde nur angelegt, wenn r_se "
        "angegeben ist.",
    ),
    Mistake(
        gap=20,
        code="res",
        message="Der Skip-Weg fehlt. Ohne ihn ist der Block kein Residualblock mehr, und der "
        "Gradient verliert seine Abkürzung.",
    ),
    Mistake(
        gap=20,
        code="x_skip * res",
        message="Die beiden Wege werden multipliziert. Ein Residuum wird addiert.",
    ),
    Mistake(
        gap=20,
        code="x_skip - res",
        message="Das Residuum wird abgezogen statt addiert.",
    ),
    Mistake(
        gap=20,
        code="torch.cat((x_skip, res), dim=1)",
        message="Die beiden Wege werden aneinandergehängt; das verdoppelt die Kanäle. Addiert "
        "wird Wert für Wert.",
    ),
    Mistake(
        gap=20,
        code="F.relu(x_skip) + F.relu(res)",
        message="Jeder Weg bekommt seine eigene ReLU. Negative Werte eines Wegs könnten die des "
        "anderen dann nicht mehr ausgleichen.",
    ),
    Mistake(
        gap=20,
        code="F.relu(x_skip + res)",
        message="Die negativen Werte der Summe sind hier schon abgeschnitten. z ist die Summe "
        "selbst; die ReLU ist die nächste Lücke.",
    ),
    Mistake(
        gap=20,
        code="x + res",
        message="Die Summe stimmt, geht aber nicht von der Kopie x_skip aus. Bei ihr kommt deshalb "
        "kein Gradient an, und der Skip-Weg lässt sich nicht für sich beobachten.",
    ),
    Mistake(
        gap=20,
        code="x_res + res",
        message="Die Summe stimmt, der Gradient des Skip-Wegs kommt aber bei x_res an statt bei "
        "x_skip. Jeder Weg hat seine eigene Kopie, damit sich sein Gradient einzeln beobachten "
        "lässt.",
    ),
    Mistake(
        gap=21,
        code="z",
        message="Die letzte ReLU fehlt; die Ausgabe enthält noch negative Werte.",
    ),
    Mistake(
        gap=21,
        code="F.relu(res)",
        message="Die ReLU wirkt nur auf das Residuum; die Summe mit dem Skip-Weg geht verloren.",
    ),
    Mistake(
        gap=21,
        code="x_skip + F.relu(res)",
        message="Die ReLU wirkt nur auf das Residuum, und der Skip-Weg kommt erst danach hinzu. "
        "Die letzte Aktivierung gilt der Summe.",
    ),
    Mistake(
        gap=21,
        code="torch.sigmoid(z)",
        message="Am Ausgang steht eine Sigmoidfunktion. Sie gehört in das Gate; der Block endet "
        "mit einer ReLU.",
    ),
)
