using Collab.Data;
using Collab.Data.Csv;
using Collab.Engine.Datasets;
using Collab.Engine.Planning;
using Collab.Engine.Runs;
using Collab.Engine.Tests.Support;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Engine.Tests.Datasets;

public sealed class DatasetRegistryTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly string _folder = Directory.CreateTempSubdirectory("collab-registry").FullName;
    private readonly MemoryStore _store = new();

    [Fact]
    public async Task An_offer_tells_columns_and_a_band_and_nothing_closer()
    {
        var offer = await NewRegistry().AddAsync(Visits("id,age,bmi", "p1,20,21.5", "p2,30,22"), None);
        Assert.Equal((Plans.Al, "visits", 1), (offer.Owner, offer.Name, offer.RowBand));
        Assert.Equal(
            [new("id", ColumnType.Text, 0), new("age", ColumnType.Integer, 0), new ColumnSchema("bmi", ColumnType.Decimal, 1)], offer.Schema.Columns);
    }

    [Fact]
    public async Task Adding_again_gives_a_new_version_under_the_same_id()
    {
        var registry = NewRegistry();
        var first = await registry.AddAsync(Visits("id,age", "p1,20"), None);
        var second = await registry.AddAsync(Visits("id,age", "p1,21"), None);
        var third = await registry.AddAsync(Visits("id,age", "p1,21"), None); // the same rows under fresh salts: others cannot tell
        Assert.Equal((first.Id, first.Id), (second.Id, third.Id));
        Assert.Equal(3, new[] { first, second, third }.Select(o => o.Version).Distinct().Count());
        Assert.Equal(third, Assert.Single(registry.Offers), (a, b) => a.Encode().SequenceEqual(b.Encode()));
    }

    [Fact]
    public async Task Two_datasets_have_two_ids()
    {
        var registry = NewRegistry();
        var one = await registry.AddAsync(Visits("id,age", "p1,20"), None);
        var other = await registry.AddAsync(Visits("id,age", "p1,20") with { Name = "labs" }, None);
        Assert.NotEqual(one.Id, other.Id);
        Assert.Equal(["labs", "visits"], registry.Offers.Select(o => o.Name));
    }

    [Fact]
    public async Task A_registry_opened_again_over_its_store_offers_the_same()
    {
        var offer = await NewRegistry().AddAsync(Visits("id,age", "p1,20"), None);
        var reopened = NewRegistry();
        Assert.Equal(offer.Encode(), Assert.Single(reopened.Offers).Encode());
        Assert.Equal(offer.Version, reopened.Open(offer.Id).Offer.Version);
        Assert.Equal(offer.Id, (await reopened.AddAsync(Visits("id,age", "p2,30"), None)).Id);
    }

    [Fact]
    public async Task What_cannot_be_added_changes_nothing()
    {
        var registry = NewRegistry();
        var offer = await registry.AddAsync(Visits("id,age", "p1,20"), None);
        DatasetDescription[] wrong =
        [
            Visits("id,age", "p1,20") with { Name = "Visits" },
            Visits("id,age", "p1,20") with { Csv = null },
            Visits("id,age", "p1,20", "p2") with { Columns = offer.Schema.Columns },
            Visits("id,age", "p1,many") with { Columns = offer.Schema.Columns },
        ];
        foreach (var description in wrong) await Assert.ThrowsAnyAsync<CollabException>(() => registry.AddAsync(description, None));
        Assert.Equal(offer.Encode(), Assert.Single(registry.Offers).Encode());
        Assert.Single(_store.List(""));
    }

    [Fact]
    public async Task An_unknown_id_opens_nothing()
    {
        var registry = NewRegistry();
        await registry.AddAsync(Visits("id,age", "p1,20"), None);
        Assert.Equal(Planner.DatasetUnknown, Assert.Throws<CollabException>(() => registry.Open(Plans.DigestOf("other"))).Code);
    }

    [Fact]
    public async Task Granted_data_that_are_as_registered_are_committed_to_afresh_for_each_run()
    {
        var registry = NewRegistry();
        var offer = await registry.AddAsync(Visits("id,age", "p1,20", "p2,30"), None);
        var snapshots = new[] { await ReadAsync(registry, InputOf(offer, "age")), await ReadAsync(registry, InputOf(offer, "age")) };
        Assert.All(snapshots, s => Assert.Equal((offer.Id, offer.Version), (s.DatasetId, s.Version)));
        Assert.NotEqual(snapshots[0].Commitment, snapshots[1].Commitment);
    }

    [Theory]
    [InlineData("id,age", "p1,20", "p2,31")] // a cell
    [InlineData("id,age", "p2,30", "p1,20")] // the order
    [InlineData("id,age", "p1,20")] // a row fewer
    [InlineData("id,age", "p1,20", "p2,30", "p3,40")] // a row more
    [InlineData("id,age", "p1,20", "p2,")] // a value missing
    public async Task Data_that_changed_after_registration_are_refused(params string[] lines)
    {
        var registry = NewRegistry();
        var offer = await registry.AddAsync(Visits("id,age", "p1,20", "p2,30"), None);
        await File.WriteAllLinesAsync(PathOfVisits, lines);
        var refused = await Assert.ThrowsAsync<CollabException>(() => ReadAsync(registry, InputOf(offer, "age")));
        Assert.Equal((RunErrors.DataChanged, Plans.Al, RunSteps.Read), (refused.Code, refused.Party, refused.Step));
    }

    [Fact]
    public async Task A_column_that_was_not_granted_may_change()
    {
        var registry = NewRegistry();
        var offer = await registry.AddAsync(Visits("id,age", "p1,20"), None);
        await File.WriteAllLinesAsync(PathOfVisits, ["id,age", "p9,20"]);
        Assert.Equal(offer.Version, (await ReadAsync(registry, InputOf(offer, "age"))).Version);
    }

    [Fact]
    public async Task A_version_registered_after_the_plan_is_refused_before_a_row_is_read()
    {
        var registry = NewRegistry();
        var offer = await registry.AddAsync(Visits("id,age", "p1,20"), None);
        await registry.AddAsync(Visits("id,age", "p1,20"), None);
        var refused = Assert.Throws<CollabException>(() => new GrantedData(InputOf(offer, "age"), registry.Open(offer.Id), null));
        Assert.Equal(RunErrors.DataChanged, refused.Code);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string PathOfVisits => Path.Combine(_folder, "visits.csv");

    private static PlanInput InputOf(DatasetOffer offer, string column) =>
        new(offer.Owner, offer.Name, offer.Id, offer.Version, offer.RowBand, [offer.Schema.Find(column)!], []);

    private static async Task<SnapshotReference> ReadAsync(DatasetRegistry registry, PlanInput input)
    {
        using var data = new GrantedData(input, registry.Open(input.DatasetId), null);
        await foreach (var batch in data.ReadAsync(None)) Assert.Single(batch.Columns);
        return data.Close(RandomSource.System);
    }

    private DatasetRegistry NewRegistry() => new(Plans.Al, _store, RandomSource.System);

    private DatasetDescription Visits(params string[] lines)
    {
        File.WriteAllLines(PathOfVisits, lines);
        return new("visits", new CsvLocationLiteral { Path = PathOfVisits }, null, null);
    }
}
