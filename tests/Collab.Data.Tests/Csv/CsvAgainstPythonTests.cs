using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Collab.Data.Csv;
using static Collab.Data.Tests.Reading;

namespace Collab.Data.Tests.Csv;

/// <summary>The csv module of Python as an independent reader and writer of the same format.</summary>
public sealed class CsvAgainstPythonTests
{
    private static readonly string[] Pieces = ["", "a", "\"", "\"\"", ",", ";", "\n", "\r\n", "\r", " ", "李", "\uFEFF", "NA", "'", "\\", "\t", "|", "𠀀", "0"];

    [Fact]
    public async Task What_python_writes_is_read_and_what_is_read_python_reads_too()
    {
        const int seed = 20_261_121;
        var random = new Random(seed);
        var tables = Enumerable.Range(0, 300).Select(_ => RandomTable(random)).ToArray();

        // Python writes each table with one of its dialects and reads it back; both results come as JSON.
        const string script = """
            import csv, io, json, sys
            out = []
            for i, table in enumerate(json.load(sys.stdin)):
                text = io.StringIO(newline='')
                quoting = [csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC][i % 3]
                returns = any('\r' in cell for row in table for cell in row)  # a writer that ends lines with \n does not quote \r
                end = '\r\n' if returns or i % 2 else '\n'
                csv.writer(text, delimiter=',;\t|'[i % 4], quoting=quoting, lineterminator=end).writerows(table)
                text.seek(0)
                rows = list(csv.reader(text, delimiter=',;\t|'[i % 4], strict=True))
                out.append([text.getvalue(), rows])
            json.dump(out, sys.stdout)
            """;
        var written = JsonSerializer.Deserialize<JsonElement>(await PythonAsync(script, JsonSerializer.Serialize(tables)));
        for (var i = 0; i < tables.Length; i++)
        {
            var text = written[i][0].GetString()!;
            var rows = written[i][1].Deserialize<string[][]>()!;
            var location = Location(delimiter: new string(",;\t|"[i % 4], 1));
            var source = FromCsv(Encoding.UTF8.GetBytes(text), location, [.. tables[i][0].Select(Text)]);
            var ours = (await CellsAsync(source)).Select(row => row.Select(cell => cell ?? "").ToArray()).ToArray();
            Assert.True(rows[1..].Select(row => string.Join('\u0001', row)).SequenceEqual(ours.Select(row => string.Join('\u0001', row))), $"seed {seed}, table {i}");
        }
    }

    [Fact]
    public async Task A_real_file_reads_as_python_reads_it()
    {
        var path = Path.Combine(Repository(), "notebooks", "data", "nafld1.csv");
        const string script = """
            import csv, hashlib, sys
            from decimal import Decimal
            digest = hashlib.sha256()
            for row in csv.DictReader(open(sys.stdin.read(), newline='')):
                for name, scale in (('id', 0), ('weight', 2), ('bmi', 15)):
                    digest.update(b'-' if row[name] == '' else b'%d' % (Decimal(row[name]).scaleb(scale)))
                    digest.update(b'\n')
            print(digest.hexdigest(), end='')
            """;
        var source = new CsvReader(
            CsvLocation.Create(new CsvLocationLiteral { Path = path }), new([Integer("id"), Decimal("weight", 2), Decimal("bmi", 15)]));
        var ours = new StringBuilder();
        foreach (var row in await CellsAsync(source))
            foreach (var cell in row) ours.Append(cell ?? "-").Append('\n');
        Assert.Equal(await PythonAsync(script, path), Primitives.Digest.Sha256(Encoding.UTF8.GetBytes(ours.ToString())).ToString());
    }

    [Fact]
    public async Task Numbers_are_the_decimals_that_python_makes_of_them()
    {
        const int seed = 7;
        var random = new Random(seed);
        var numbers = Enumerable.Range(0, 3_000).Select(_ => RandomNumber(random)).ToArray();
        const string script = """
            import decimal, json, sys
            decimal.getcontext().prec = 2000
            out = []
            for text, scale in json.load(sys.stdin):
                units = decimal.Decimal(text).scaleb(scale)
                whole = units == units.to_integral_value()
                rules = (['Overflow'] if not -2**63 <= units < 2**63 else []) + ([] if whole else ['TooPrecise'])
                out.append(rules or [str(int(units))])
            json.dump(out, sys.stdout)
            """;
        var expected = JsonSerializer.Deserialize<string[][]>(await PythonAsync(script, JsonSerializer.Serialize(numbers.Select(n => new object[] { n.Text, n.Scale }))))!;
        for (var i = 0; i < numbers.Length; i++)
        {
            var outcome = DecimalText.Read(Encoding.UTF8.GetBytes(numbers[i].Text), numbers[i].Scale, out var units);
            var ours = outcome == DecimalOutcome.Exact ? $"{units}" : $"{outcome}";
            Assert.True(expected[i].Contains(ours), $"seed {seed}: {numbers[i]} is {string.Join(" or ", expected[i])}, not {ours}");
        }
    }

    private static string[][] RandomTable(Random random)
    {
        var width = random.Next(2, 6);
        string Cell() => string.Concat(Enumerable.Range(0, random.Next(4)).Select(_ => Pieces[random.Next(Pieces.Length)]));
        var header = Enumerable.Range(0, width).Select(i => $"c{i}{Cell()}").ToArray();
        return [header, .. Enumerable.Range(0, random.Next(5)).Select(_ => Enumerable.Range(0, width).Select(_ => Cell()).ToArray())];
    }

    private static (string Text, int Scale) RandomNumber(Random random)
    {
        string Digits(int most) => string.Concat(Enumerable.Range(0, random.Next(1, most + 1)).Select(_ => random.Next(3) == 0 ? 0 : random.Next(10)));
        var text = (random.Next(3) switch { 0 => "-", 1 => "+", _ => "" }) + Digits(random.Next(4) == 0 ? 25 : 12);
        if (random.Next(2) == 0) text += "." + Digits(random.Next(4) == 0 ? 25 : 8);
        if (random.Next(3) == 0) text += (random.Next(2) == 0 ? "e" : "E") + (random.Next(3) switch { 0 => "-", 1 => "+", _ => "" }) + random.Next(30);
        return (text, random.Next(19));
    }

    private static async Task<string> PythonAsync(string script, string input)
    {
        var start = new ProcessStartInfo("/usr/bin/python3", ["-X", "utf8", "-c", script]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        using var python = Process.Start(start)!;
        var output = python.StandardOutput.ReadToEndAsync();
        await python.StandardInput.WriteAsync(input);
        python.StandardInput.Close();
        await python.WaitForExitAsync();
        Assert.Equal(0, python.ExitCode);
        return await output;
    }

    /// <summary>The folder of the solution, above the one the tests run in.</summary>
    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Collab.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
