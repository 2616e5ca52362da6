using Collab.Engine.Descriptions;
using Collab.Engine.Ports;
using Collab.Engine.Runs;
using Collab.Engine.Tests.Support;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Tests;

/// <summary>A standing job that tells what changed from run to run, over real engines and ledgers: days against an oracle, and days that go wrong.</summary>
public sealed class StandingChangesTests
{
    private const string Job = """
        kind: intersection
        purpose: daily-watch
        parties:
          - { name: al, dataset: list, key: id }
          - { name: bo, dataset: list, key: id }
        receivers: [al]
        parameters: { reveal: changes }
        uses: 12
        """;

    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Random_days_tell_what_entered_and_left_and_every_receipt_names_the_version_that_was_read()
    {
        await using var days = await Days.BeginAsync([1, 2, 3, 4], [3, 4, 5]);
        await days.FirstAsync();
        var random = new Random(5);
        for (var day = 2; day <= 6; day++)
        {
            await days.OfferAsync(days.Al.Where(_ => random.Next(4) > 0).Concat([random.Next(20), random.Next(20)]), days.Bo.Where(_ => random.Next(4) > 0).Concat([random.Next(20), random.Next(20)]));
            await days.RunAsync();
            if (day == 4) await days.RestartAsync();
        }

        foreach (var party in new[] { Plans.Al, Plans.Bo })
        {
            var receipts = days.Runs.Select(run => days.Study[party].Engine.Archive.RequireReceipt(run, party)).ToList();
            Assert.All(receipts, receipt => Assert.NotEqual(default, receipt.Snapshot!.Version));
            Assert.Equal(receipts.Count, receipts.Select(receipt => receipt.Snapshot!.Version).Distinct().Count());
        }
    }

    [Fact]
    public async Task A_day_whose_run_does_not_commit_is_made_up_for_by_the_next()
    {
        await using var days = await Days.BeginAsync([1, 2, 3], [2, 3, 4]);
        await days.FirstAsync();
        await days.OfferAsync([1, 2, 5], [2, 5, 6]);
        days.Study[Plans.Bo].Datasets.BeforeRead = () => throw new CollabException(new ErrorCode("test.failed", ErrorKind.Failed, "Nothing."), "The source failed.");
        Assert.Equal("test.failed", (await days.FailAsync()).Code);
        days.Study[Plans.Bo].Datasets.BeforeRead = () => Task.CompletedTask;
        await days.OfferAsync([1, 2, 5, 6], [1, 2, 5, 6]);
        await days.RunAsync();
    }

    [Fact]
    public async Task A_dataset_that_is_not_what_was_registered_fails_the_run_and_changes_nothing()
    {
        await using var days = await Days.BeginAsync([1, 2], [2]);
        await days.FirstAsync();
        await File.AppendAllTextAsync(days.Study[Plans.Bo].PathOf("list"), "k9\n", None);
        Assert.Equal("run.data-changed", (await days.FailAsync()).Code);
        await days.OfferAsync([1, 2, 9], [2, 9]);
        await days.RunAsync();
    }

    [Fact]
    public async Task A_dataset_registered_with_another_type_of_key_is_not_the_one_that_was_granted()
    {
        await using var days = await Days.BeginAsync([1, 2], [2]);
        await days.FirstAsync();
        await days.Study[Plans.Bo].OfferAsync("list", "id", "7", "8");
        var fault = await days.FailAsync();
        Assert.Equal(("run.data-changed", Plans.Bo), (fault.Code, fault.Party));
        await days.Study[Plans.Bo].OfferAsync("list", "name", "k7");
        Assert.Equal("run.data-changed", (await days.FailAsync()).Code);
        await days.OfferAsync([1, 2, 9], [2, 9]);
        await days.RunAsync();
    }

    [Theory]
    [InlineData("al")]
    [InlineData("bo")]
    public async Task A_side_with_an_older_state_and_one_with_none_are_found_and_both_sides_say_so(string name)
    {
        var party = PartyId.Parse(name);
        await using var days = await Days.BeginAsync([1, 2, 3], [2, 3, 4]);
        await days.FirstAsync();
        var older = days.Save(party);
        await days.OfferAsync([1, 2], [2, 3]);
        await days.RunAsync();
        await days.OfferAsync([1, 2, 3], [2, 3]);
        await days.RunAsync();

        days.Restore(party, older);
        Assert.Equal("psi.state-diverged", (await days.FailAsync()).Code);
        days.Restore(party, null);
        Assert.Equal("psi.state-diverged", (await days.FailAsync()).Code);
        await days.BeginAnewAsync();
        await days.FirstAsync();
    }

    [Theory]
    [InlineData("al", "state")]
    [InlineData("al", "pending")]
    [InlineData("bo", "pending")]
    [InlineData("al", "by-mask")]
    [InlineData("al", "by-id")]
    [InlineData("bo", "by-id")]
    public async Task A_damaged_file_is_found_and_its_party_is_named_to_both(string name, string file)
    {
        var party = PartyId.Parse(name);
        await using var days = await Days.BeginAsync([1, 2, 3], [2, 3, 4]);
        await days.FirstAsync();
        await days.OfferAsync([1, 2], [2, 3]);
        var damaged = Assert.Single(days.FilesOf(party), path => Path.GetFileName(path).StartsWith(file, StringComparison.Ordinal));
        var content = await File.ReadAllBytesAsync(damaged, None);
        content[40] ^= 1;
        await File.WriteAllBytesAsync(damaged, content, None);
        var fault = await days.FailAsync();
        Assert.Equal(("psi.state-unusable", party), (fault.Code, fault.Party));
    }

    [Fact]
    public async Task A_state_that_another_run_holds_is_not_touched()
    {
        await using var days = await Days.BeginAsync([1, 2, 3], [2, 3, 4]);
        await days.FirstAsync();
        using (new FileStream(days.FilesOf(Plans.Bo).Single(path => Path.GetFileName(path) == "lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            Assert.Equal("run.earlier-undecided", (await days.FailAsync()).Code);
        }

        await days.OfferAsync([1], [1]);
        await days.RunAsync();
    }

    [Fact]
    public async Task Nobody_but_the_owner_may_read_what_is_kept()
    {
        await using var days = await Days.BeginAsync([1, 2, 3], [2, 3, 4]);
        await days.FirstAsync();
        foreach (var party in new[] { Plans.Al, Plans.Bo })
        {
            var folder = days.Study[party].StandingPath;
            const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            Assert.All(Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories).Append(folder), path => Assert.Equal(owner, File.GetUnixFileMode(path)));
        }
    }

    /// <summary>Two owners, a witness, and what the lists were when the last run that counts was made.</summary>
    private sealed class Days(Study study) : IAsyncDisposable
    {
        private Plan _plan = null!;
        private HashSet<int> _before = [];
        private long _version;

        public Study Study => study;

        public IReadOnlyList<int> Al { get; private set; } = [];

        public IReadOnlyList<int> Bo { get; private set; } = [];

        public List<Digest> Runs { get; } = [];

        public static async Task<Days> BeginAsync(int[] al, int[] bo)
        {
            var days = new Days(new Study(Plans.Al, Plans.Bo, Plans.Cy));
            days.Study.StartAll();
            await days.OfferAsync(al, bo);
            await days.BeginAnewAsync();
            return days;
        }

        /// <summary>Another job of the same kind, with no state.</summary>
        public async Task BeginAnewAsync()
        {
            var al = study[Plans.Al];
            _plan = await al.Engine.PlanAsync(JobDescription.Parse(Job), None);
            (_before, _version) = ([], 0);
            await al.Engine.SubmitAsync(_plan, None);
            foreach (var owner in _plan.Owners)
            {
                await study[owner].Seen.WhenAsync(e => e.Job == _plan.Digest && e.Kind == JobEventKind.AwaitsApproval);
                await study[owner].Engine.ApproveAsync(_plan.Digest, None);
            }
        }

        public async Task OfferAsync(IEnumerable<int> al, IEnumerable<int> bo)
        {
            (Al, Bo) = ([.. al.Distinct()], [.. bo.Distinct()]);
            await study[Plans.Al].OfferAsync("list", ["id", .. Al.Select(n => $"k{n}")]);
            await study[Plans.Bo].OfferAsync("list", ["id", .. Bo.Select(n => $"k{n}")]);
        }

        /// <summary>The run that begins by itself, against the oracle.</summary>
        public async Task FirstAsync() => await EndAsync(
            (await study[Plans.Al].Seen.WhenAsync(e => e.Job == _plan.Digest && e.Run is not null)).Run!.Value);

        public async Task RunAsync() => await EndAsync(await study[Plans.Al].Engine.StartRunAsync(_plan.Digest, None));

        /// <summary>A run that fails; all say the same of it.</summary>
        public async Task<Fault> FailAsync()
        {
            var run = await study[Plans.Al].Engine.StartRunAsync(_plan.Digest, None);
            var faults = await Task.WhenAll(_plan.Parties.Select(async p => (await study[p].Seen.WhenAsync(e => e.Run == run && e.Kind is JobEventKind.Aborted or JobEventKind.Committed)).Fault));
            Assert.Equal(faults[0]!.Code, faults[1]!.Code);
            Assert.Equal(faults[0]!.Party, faults[1]!.Party);
            Assert.DoesNotContain(run, study[Plans.Al].Seen.Results.Keys);
            return faults[0]!;
        }

        public async Task RestartAsync()
        {
            foreach (var node in study.Nodes) await node.StopEngineAsync();
            foreach (var node in study.Nodes) node.StartEngine();
        }

        private void AssertChanged(JobResult.Changes told)
        {
            HashSet<int> now = [.. Al.Intersect(Bo)];
            Assert.Equal(Al.Where(n => now.Contains(n) && !_before.Contains(n)).Select(Row), told.Entered.Select(m => $"{m.Row}:{m.Key[0]}"));
            Assert.Equal(Al.Where(n => !now.Contains(n) && _before.Contains(n)).Select(Row), told.Left.Select(m => $"{m.Row}:{m.Key[0]}"));
            Assert.Equal((_before.Count(n => !Al.Contains(n)), now.Count, _version + 1), ((int)told.Gone, (int)told.Matches, told.Version));
            (_before, _version) = (now, told.Version);

            string Row(int number) => $"{Al.Index().First(entry => entry.Item == number).Index + 1}:k{number}";
        }

        public IReadOnlyList<string> FilesOf(PartyId party) => [.. Directory.EnumerateFiles(study[party].StandingPath, "*", SearchOption.AllDirectories)];

        public string Save(PartyId party)
        {
            var copy = study[party].StandingPath + "-copy";
            foreach (var file in FilesOf(party).Where(file => Path.GetFileName(file) != "lock"))
            {
                var to = Path.Combine(copy, Path.GetRelativePath(study[party].StandingPath, file));
                Directory.CreateDirectory(Path.GetDirectoryName(to)!);
                File.Copy(file, to);
            }

            return copy;
        }

        public void Restore(PartyId party, string? copy)
        {
            Directory.Delete(study[party].StandingPath, recursive: true);
            if (copy is not null) Directory.Move(copy, study[party].StandingPath);
        }

        public async ValueTask DisposeAsync() => await study.DisposeAsync();

        private async Task EndAsync(Digest run)
        {
            Runs.Add(run);
            var ends = await Task.WhenAll(_plan.Parties.Select(p => study[p].Seen.WhenAsync(e => e.Run == run && e.Kind is JobEventKind.Aborted or JobEventKind.Committed)));
            Assert.All(ends, end => Assert.True(end.Kind == JobEventKind.Committed, $"{end.Fault?.Code} {end.Fault?.Message}"));
            var result = study[Plans.Al].Seen.Results[run].Result;
            AssertChanged(Assert.IsType<JobResult.Changes>(JobResult.Decode(result.Encode())));
        }
    }
}
