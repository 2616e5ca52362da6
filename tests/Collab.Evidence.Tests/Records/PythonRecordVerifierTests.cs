using System.Diagnostics;
using System.Globalization;
using Collab.Evidence.Records;

namespace Collab.Evidence.Tests.Records;

/// <summary>A second program, in another language and written from the specification, must say the same of every record.</summary>
public sealed class PythonRecordVerifierTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("collab-records").FullName;

    [Fact]
    public async Task Two_verifiers_agree_on_every_record_good_or_bad()
    {
        await using var world = await Attested.CreateAsync();
        var (mine, other) = (world.Files[0], world.Files[1]);
        var question = new RecordQuestion(world.Now);
        await world.RevokeAsync(other);
        await world.RevokeAsync(mine, by: Trial.Lakeside);
        var ledger = world.Trial.Ledgers[Trial.Lakeside];
        var renewed = RecordProof.Prove(ledger, world.Trial.Keys.Policy, mine);
        var forged = (await world.AttestAsync(Trial.Lakeside, Trial.Riverside))[0];      // in riverside's name, with the proof that it stands on lakeside's log
        forged = forged with { Log = RecordProof.Prove(ledger, world.Trial.Keys.Policy, forged with { Header = forged.Header with { Issuer = Trial.Lakeside } }).Log };
        var presented = mine.Present(["degree", "grade"]);
        var file = presented.EncodeSecret();
        List<(RecordQuestion Question, byte[] File)> cases =
        [
            .. world.Files.Append(presented).Append(mine.Present([])).Append(mine with { Log = null }).Append(renewed).Append(forged)
                .Append(RecordProof.Prove(ledger, world.Trial.Keys.Policy, other))
                .Append(renewed with { Log = renewed.Log! with { Entries = [renewed.Log.Entries[0]] } })
                .Append(mine with { Shown = [other.Shown[0], .. mine.Shown.Skip(1)] })
                .Append(mine with { Leaves = [other.Leaves[0], .. mine.Leaves.Skip(1)], Shown = [other.Shown[0], .. mine.Shown.Skip(1)] })
                .Append(mine with { Attestation = other.Attestation })
                .Append(mine with { Header = mine.Header with { Issuer = Trial.Lakeside } })
                .Append(mine with { Attestation = mine.Attestation with { Job = mine.Header.Handle } })
                .Append(mine with { Log = mine.Log! with { Checkpoint = mine.Log.Checkpoint.OnlyWith(s => s.Name == Trial.OriginOf(Trial.Riverside)) } })
                .Select(record => (question, record.EncodeSecret())),
            (question with { Now = mine.Header.Expires }, file), (question with { Now = mine.Header.Expires.AddDays(-1) }, file),
            (question with { Now = mine.Header.From.AddMilliseconds(-1) }, file), (question with { Now = world.Now.AddDays(2) }, file),
            (question with { Now = mine.Header.Expires.AddDays(-2), StatusAge = TimeSpan.FromDays(40), ClockMargin = TimeSpan.Zero }, file),
            .. Enumerable.Range(0, file.Length).Select(i => (question, Changed(file, i))),
            .. Enumerable.Range(0, 40).Select(i => (question, file[..(i * file.Length / 40)])),
        ];
        var expected = cases.Select(c => world.Offline(c.File, c.Question)).Select(v => v.Status == RecordStatus.Valid ? v.Name : $"{v.Name} {v.Part}").ToList();
        Assert.Contains("revoked header", expected);
        Assert.Contains("expired header", expected);
        Assert.Contains("not-issued-by header", expected);
        Assert.True(expected.Count(verdict => verdict == "valid") >= 5);
        Assert.Equal(expected, Ask(cases, world.Trial.Keys));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static byte[] Changed(byte[] file, int at)
    {
        byte[] changed = [.. file];
        changed[at] ^= (byte)(1 + (at % 255));
        return changed;
    }

    private List<string> Ask(List<(RecordQuestion Question, byte[] File)> cases, TrustedKeys trusted)
    {
        var keys = Path.Combine(_folder, "keys");
        File.WriteAllBytes(keys, trusted.Encode());
        var answers = new string[cases.Count];
        foreach (var group in cases.Index().GroupBy(c => c.Item.Question))
        {
            var files = group.Select(c =>
            {
                var path = Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{c.Index}.record"));
                File.WriteAllBytes(path, c.Item.File);
                return path;
            }).ToList();
            string[] times = [Milliseconds(group.Key.Now.ToUnixTimeMilliseconds()), Milliseconds(group.Key.StatusAge!.Value.TotalMilliseconds), Milliseconds(group.Key.ClockMargin.TotalMilliseconds)];
            using var python = Process.Start(new ProcessStartInfo(
                "/usr/bin/python3", [Path.Combine(AppContext.BaseDirectory, "verify_record.py"), keys, .. times, .. files])
            {
                RedirectStandardOutput = true, RedirectStandardError = true,
            })!;
            var errors = python.StandardError.ReadToEndAsync();
            var lines = python.StandardOutput.ReadToEnd().Split('\n')[..^1];
            python.WaitForExit();
            Assert.True(python.ExitCode == 0, errors.Result);
            foreach (var (c, line) in group.Zip(lines)) answers[c.Index] = line;
        }

        return [.. answers];
    }

    private static string Milliseconds(double value) => value.ToString("F0", CultureInfo.InvariantCulture);
}
