using System.Diagnostics;
using Collab.Evidence.Archives;
using Collab.Jobs;

namespace Collab.Evidence.Tests;

/// <summary>A second program, in another language and written from the specification, must say the same of every bundle.</summary>
public sealed class PythonVerifierTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("collab-bundles").FullName;

    [Fact]
    public async Task Two_verifiers_agree_on_bundles_that_hold()
    {
        var committed = await HonestRun.TrialAsync();
        await using var aborted = await Trial.OfAsync(["propose", "approve lakeside", "approve riverside", "start", "spend lakeside", "abort riverside"]);
        await using var withdrawn = await Trial.OfAsync([.. Trial.Honest, "revoke riverside", "refuse lakeside"], receivers: [Trial.Lakeside, Trial.Registry]);
        await using var endorsed = await Trial.OfAsync([.. Trial.HonestTerms, "revoke harbour", "withdraw lakeside"], terms: true);
        Assert.Equal("holds committed", Assert.Single(Ask([endorsed.Export()], endorsed.Keys)));
        byte[][] bundles = [committed.Export(), committed.Export(Trial.Lakeside), aborted.Export(), withdrawn.Export()];
        Assert.Equal(bundles.Select(b => Verdict(b, committed.Keys)), Ask(bundles, committed.Keys));
        Assert.All(Ask(bundles, null), verdict => Assert.StartsWith("holds", verdict));
    }

    public static TheoryData<DominanceRule?, bool> Rules => new()
    {
        { null, false }, { null, true }, { DominanceRule.Default, false }, { DominanceRule.Default, true }, { new DominanceRule(0, 2, 85), false }, { new DominanceRule(100, 3, 1), true },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public async Task Two_verifiers_agree_on_statistics_with_their_rules(DominanceRule? dominance, bool total)
    {
        var question = new StatisticsQuestion([new Measure("pay", 0)], total ? new GroupBy("sex", ["f", "m"]) : null, [Statistic.Count, Statistic.Sum], 10, dominance) { Total = total };
        await using var trial = await Trial.OfAsync(Trial.Honest, statistics: question);
        var bundle = trial.Export();
        Assert.Equal("holds committed", Assert.Single(Ask([bundle], trial.Keys)));
        Assert.Equal("holds committed", Verdict(bundle, trial.Keys));
    }

    [Fact]
    public async Task Two_verifiers_agree_on_every_dishonest_bundle()
    {
        var rows = new List<(string Name, byte[] Bundle, TrustedKeys? Trusted)>();
        foreach (var row in Tampered.All)
        {
            var (bundle, trusted) = await row.BundleAsync();
            rows.Add((row.Name, bundle, trusted));
        }

        foreach (var group in rows.GroupBy(r => r.Trusted))
        {
            Assert.Equal(
                group.Select(r => $"{r.Name}: {Verdict(r.Bundle, group.Key)}"),
                group.Zip(Ask([.. group.Select(r => r.Bundle)], group.Key), (r, verdict) => $"{r.Name}: {verdict}"));
        }
    }

    [Fact]
    public async Task Two_verifiers_agree_on_damage()
    {
        var trial = await HonestRun.TrialAsync();
        var bundle = trial.Export();
        var random = new Random(29);
        var damaged = Enumerable.Range(0, 200).Select(i =>
        {
            byte[] changed = [.. bundle];
            changed[i < 100 ? random.Next(700) : random.Next(bundle.Length)] ^= (byte)random.Next(1, 256); // the first hundred in the head
            return i % 10 == 9 ? changed[..random.Next(changed.Length)] : changed;
        }).ToList();
        Assert.Equal(damaged.Select(b => Verdict(b, null)), Ask(damaged, null));
    }

    [Fact]
    public async Task Two_verifiers_agree_on_archives_honest_dishonest_and_damaged()
    {
        var trial = await Archives.TrialAsync();
        var honest = Archives.Export(trial);
        var later = trial.Clock.GetUtcNow().AddYears(1);
        var random = new Random(31);
        List<(string Name, byte[] Archive)> rows =
        [
            ("everything", honest),
            ("without plans", Archives.Export(trial, bare: true)),
            ("a window", Archives.Export(trial, TamperedArchive.AfterGrants(trial))),
            ("an empty period", Archives.Export(trial, new ArchivePeriod(later, null))),
            .. TamperedArchive.All.Select(row => (row.Name, row.Make(trial))),
            .. Enumerable.Range(0, 100).Select(i =>
            {
                byte[] changed = [.. honest];
                changed[i < 50 ? random.Next(700) : random.Next(honest.Length)] ^= (byte)random.Next(1, 256);
                return ($"damage {i}", changed);
            }),
        ];
        Assert.Equal(
            rows.Select(r => $"{r.Name}: {ArchiveVerdict(r.Archive, trial.Keys)}"),
            rows.Zip(Ask([.. rows.Select(r => r.Archive)], trial.Keys), (r, verdict) => $"{r.Name}: {verdict}"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Verdict(byte[] bundle, TrustedKeys? trusted)
    {
        var report = BundleVerifier.Verify(bundle, trusted);
        return report.Holds ? $"holds {report.Summary!.Outcome}" : $"{report.Findings[0].Code.Name} {report.Findings[0].Part}";
    }

    private static string ArchiveVerdict(byte[] archive, TrustedKeys? trusted)
    {
        var report = VerifiedFile.Verify("archive", archive, trusted).Report;
        return report is { Holds: true, Period: { } p }
            ? $"holds {p.Entries} entries, {p.Jobs} jobs, {p.Committed} committed, {p.Aborted} aborted, {p.Open} open"
            : $"{report.Findings[0].Code.Name} {report.Findings[0].Part}";
    }

    private string[] Ask(IReadOnlyList<byte[]> bundles, TrustedKeys? trusted)
    {
        var files = bundles.Select((bundle, i) =>
        {
            var path = Path.Combine(_folder, $"{i}.bundle");
            File.WriteAllBytes(path, bundle);
            return path;
        }).ToList();
        List<string> arguments = [Path.Combine(AppContext.BaseDirectory, "verify_bundle.py")];
        if (trusted is not null)
        {
            var keys = Path.Combine(_folder, "keys");
            File.WriteAllBytes(keys, trusted.Encode());
            arguments.AddRange(["--trust", keys]);
        }

        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", [.. arguments, .. files])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var errors = python.StandardError.ReadToEndAsync();
        var output = python.StandardOutput.ReadToEnd();
        python.WaitForExit();
        Assert.True(python.ExitCode == 0, errors.Result);
        return output.Split('\n')[..^1];
    }
}
