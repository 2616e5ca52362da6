using Collab.Cryptography;
using Collab.Engine.Consents;
using Collab.Engine.Tests.Support;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Engine.Tests.Consents;

/// <summary>The register by itself: versions, what counts when and for whom, and what a store gives back.</summary>
public sealed class ConsentRegisterTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 15, 12, 0, 0, TimeSpan.Zero);

    private static readonly ColumnSchema[] Columns = [new("id", ColumnType.Text, 0), new("age", ColumnType.Integer, 0)];

    [Fact]
    public void Each_change_is_a_version_with_a_commitment_of_its_own_and_a_store_gives_it_back()
    {
        var store = new MemoryStore();
        var register = Register(store);
        Assert.Equal(0, register.Current.Number);
        var first = register.Give([Consent("P1"), Consent("P2")]);
        var second = register.Withdraw("P1", null, null);
        var third = register.Give([Consent("P1")]);
        Assert.Equal([1, 2, 3], new[] { first, second, third }.Select(version => version.Number));
        Assert.Equal(3, new[] { first, second, third }.Select(version => version.Commitment).Distinct().Count());
        Assert.Equal([2, null, null], third.Entries.Select(entry => entry.WithdrawnIn));

        var opened = Register(store).Current;
        Assert.Equal((third.Number, third.Register, third.Commitment), (opened.Number, opened.Register, opened.Commitment));
        Assert.Equal(third.Entries.Select(e => (e.Record.Subject, e.GivenIn, e.WithdrawnIn)), opened.Entries.Select(e => (e.Record.Subject, e.GivenIn, e.WithdrawnIn)));
    }

    [Fact]
    public void A_store_that_was_changed_does_not_open()
    {
        var store = new MemoryStore();
        var register = Register(store);
        register.Give([Consent("P1")]);
        register.Withdraw("P1", null, null);
        var key = store.List("consent/version/")[0];
        var text = System.Text.Encoding.UTF8.GetString(store.Get(key)!);
        store.Put(key, System.Text.Encoding.UTF8.GetBytes(text.Replace("P1", "P3", StringComparison.Ordinal)));
        Assert.Same(ConsentErrors.RegisterUnreadable, Assert.Throws<CollabException>(() => Register(store)).Code);
        store.Put(key, "{"u8);
        Assert.Same(ConsentErrors.RegisterUnreadable, Assert.Throws<CollabException>(() => Register(store)).Code);
        store.Remove(key); // the second version alone
        Assert.Throws<CollabException>(() => Register(store));
    }

    [Fact]
    public void A_disk_that_is_full_changes_nothing()
    {
        var store = new MemoryStore();
        var register = Register(store);
        store.BeforePut = _ => throw new IOException("full");
        Assert.Throws<IOException>(() => register.Give([Consent("P1")]));
        store.BeforePut = null;
        Assert.Equal((0, 1), (register.Current.Number, register.Give([Consent("P1")]).Number));
    }

    [Fact]
    public void What_has_not_the_form_of_a_consent_is_refused_and_nothing_of_its_batch_is_taken()
    {
        var register = Register(new MemoryStore());
        ConsentRecord[] wrong =
        [
            Consent(""), Consent("P\n1"), Consent("P1") with { Recipient = "Not A Party" }, Consent("P1") with { Purpose = "Any Purpose" }, Consent("P1") with { Fields = [] },
            Consent("P1") with { Fields = ["age", "age"] }, Consent("P1") with { Until = Now.AddYears(-1) },
        ];
        Assert.All(wrong, record => Assert.Same(ConsentErrors.Invalid, Assert.Throws<CollabException>(() => register.Give([Consent("P2"), record])).Code));
        Assert.Equal(0, register.Current.Number);
        Assert.Same(ConsentErrors.Unknown, Assert.Throws<CollabException>(() => register.Withdraw("P2", null, null)).Code);
    }

    [Fact]
    public void A_withdrawal_is_of_one_recipient_or_purpose_where_that_is_said()
    {
        var register = Register(new MemoryStore());
        register.Give([Consent("P1"), Consent("P1") with { Recipient = "dee" }, Consent("P1") with { Purpose = "billing" }, Consent("P2")]);
        Assert.Equal([null, 2, null, null], register.Withdraw("P1", "dee", null).Entries.Select(e => e.WithdrawnIn));
        Assert.Equal([null, 2, 3, null], register.Withdraw("P1", null, "billing").Entries.Select(e => e.WithdrawnIn));
        Assert.Same(ConsentErrors.Unknown, Assert.Throws<CollabException>(() => register.Withdraw("P1", "dee", null)).Code);
        Assert.Equal([4, 2, 3, null], register.Withdraw("P1", null, null).Entries.Select(e => e.WithdrawnIn));
    }

    [Fact]
    public void Only_who_consents_for_every_recipient_the_purpose_the_fields_and_the_time_is_taken()
    {
        var register = Register(new MemoryStore());
        register.Give(
        [
            Consent("live"), Consent("live") with { Recipient = "dee" },
            Consent("one-recipient"),
            Consent("wrong-purpose") with { Purpose = "billing" }, Consent("wrong-purpose") with { Recipient = "dee" },
            Consent("wrong-field") with { Fields = ["weight"] }, Consent("wrong-field") with { Recipient = "dee" },
            Consent("expired") with { Until = Now }, Consent("expired") with { Recipient = "dee" },
            Consent("not-yet") with { From = Now.AddMilliseconds(1) }, Consent("not-yet") with { Recipient = "dee" },
            Consent("withdrawn"), Consent("withdrawn") with { Recipient = "dee" },
            Consent("fields") with { Fields = ["weight", "age"] }, Consent("fields") with { Recipient = "dee", Fields = ["age"] },
        ]);
        register.Withdraw("withdrawn", "dee", null);
        string?[] subjects = ["live", "one-recipient", "wrong-purpose", "wrong-field", "expired", "not-yet", "withdrawn", "fields", "stranger", null, "live"];
        var taken = Taken(register, Now, Now, subjects, [Plans.Cy, PartyId.Parse("dee")]);
        Assert.Equal<string?>(["live", "fields", "live"], taken);
        Assert.Equal<string?>(["live", "one-recipient", "withdrawn", "fields", "live"], Taken(register, Now, Now, subjects, [Plans.Cy]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void A_clock_that_is_off_by_a_day_takes_nobody_who_does_not_consent(int days)
    {
        var register = Register(new MemoryStore());
        register.Give([Consent("long"), Consent("just-ended") with { Until = Now.AddHours(-1) }, Consent("begins-soon") with { From = Now.AddHours(1) }]);
        string[] subjects = ["long", "just-ended", "begins-soon"];
        Assert.Equal<string?>(["long"], Taken(register, Now, Now.AddDays(days), subjects, [Plans.Cy])); // the owner's clock
        Assert.Equal<string?>(["long"], Taken(register, Now.AddDays(days), Now, subjects, [Plans.Cy])); // the requester's
    }

    [Fact]
    public void Numbers_name_subjects_too()
    {
        var register = Register(new MemoryStore());
        register.Give([Consent("17"), Consent("-3")]);
        var plan = PlanOf([Plans.Cy], new ColumnSchema("id", ColumnType.Integer, 0));
        var batch = new ColumnBatch(1, 4, [new NumberColumn(plan.Inputs[0].Columns[0], new long[] { 17, 18, -3, 0 }, new[] { true, true, true, false })]);
        var left = SelectionOf(register, plan, Now, Now).Begin(plan.Inputs[0].Columns)(batch);
        Assert.Equal([1, 3], Enumerable.Range(0, left.RowCount).Select(left.NumberOf));
    }

    private static IEnumerable<string?> Taken(ConsentRegister register, DateTimeOffset started, DateTimeOffset now, string?[] subjects, PartyId[] receivers)
    {
        var plan = PlanOf(receivers, Columns);
        var ages = new NumberColumn(Columns[1], Enumerable.Range(0, subjects.Length).Select(i => (long)i).ToArray(), Enumerable.Repeat(true, subjects.Length).ToArray());
        var batch = SelectionOf(register, plan, started, now).Begin(Columns)(new ColumnBatch(1, subjects.Length, [new TextColumn(Columns[0], subjects), ages]));
        return ((TextColumn)batch.Columns[0]).Values;
    }

    private static ConsentSelection SelectionOf(ConsentRegister register, Plan plan, DateTimeOffset started, DateTimeOffset now) => ConsentSelection.Of(
        register, register.Current, plan, plan.Inputs[0],
        new LedgerOperation.StartRun(plan.Requester, Plans.DigestOf("id"), started, [], plan.Digest, Plans.DigestOf("run"), started.AddDays(3)), now);

    private static Plan PlanOf(PartyId[] receivers, params ColumnSchema[] columns)
    {
        var plan = Plans.Statistics(Plans.Al, Plans.Bo, Plans.Cy);
        return plan with { Consent = ConsentRule.Required, Receivers = receivers, Inputs = [plan.Inputs[0] with { Columns = columns, Subject = "id" }] };
    }

    private static ConsentRecord Consent(string subject) => new(subject, "cy", "cohort-study", ["*"], Now.AddYears(-1).AddDays(1), Now.AddYears(1));

    private static ConsentRegister Register(MemoryStore store) => new(store, RandomSource.Seeded(store.List("").Count), TimeProvider.System);
}
