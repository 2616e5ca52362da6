using Collab.Jobs.Governance;
using Collab.Primitives;

namespace Collab.Jobs.Tests;

/// <summary>Operators with logs that move and vote; each entry names the heads that its author had seen, all there are unless said otherwise.</summary>
internal sealed class Assembly(Standing founding, int seed)
{
    private readonly Samples _samples = new(seed);
    private readonly PartyId[] _parties = [.. founding.Members.Keys.Order()];
    private readonly Dictionary<PartyId, long> _sizes = founding.Members.Keys.ToDictionary(p => p, _ => 0L);
    private readonly Dictionary<PartyId, Dictionary<PartyId, long>> _known = founding.Members.Keys.ToDictionary(p => p, _ => new Dictionary<PartyId, long>());
    private DateTimeOffset _now = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    public List<GovernanceEntry> Entries { get; } = [];

    public GovernanceBook Book { get; } = new(founding);

    public void Wait(TimeSpan time) => _now += time;

    public LedgerOperation.OpenMotion Make(int party, MotionChange change, TimeSpan? open = null)
    {
        var id = _samples.Digest();
        return new(_parties[party], id, _now, [], id, change, _now + (open ?? TimeSpan.FromDays(7)));
    }

    public LedgerOperation.OpenMotion Open(int party, MotionChange change, TimeSpan? open = null, int[]? sees = null) =>
        (LedgerOperation.OpenMotion)Say(party, sees, (_, heads) => Make(party, change, open) with { Heads = heads }).Operation;

    public void Vote(int party, LedgerOperation.OpenMotion motion, int[]? sees = null) => Say(party, sees, (id, heads) => VoteOf(party, motion) with { Id = id, Heads = heads });

    public ErrorCode? WhyNotVote(int party, LedgerOperation.OpenMotion motion) => Book.Check(VoteOf(party, motion))?.Code;

    public GovernanceEntry Revoke(int party) => Say(party, null, (id, heads) => new LedgerOperation.Revoke(_parties[party], id, _now, heads, default));

    public void Carry(MotionChange change, int opener, params int[] voters)
    {
        var motion = Open(opener, change);
        foreach (var voter in voters) Vote(voter, motion);
        Assert.Contains(Book.Motions, m => m.Digest == Motion.DigestOf(motion) && m.Carried);
    }

    public GovernanceEntry Say(int party, int[]? sees, Func<Digest, IReadOnlyList<LedgerHead>, LedgerOperation> make)
    {
        var author = _parties[party];
        foreach (var other in (sees ?? [.. Enumerable.Range(0, _parties.Length)]).Select(i => _parties[i]).Where(p => p != author))
            if (_sizes[other] > 0) _known[author][other] = _sizes[other];
        var entry = new GovernanceEntry(
            make(_samples.Digest(), [.. _known[author].OrderBy(k => k.Key).Select(k => new LedgerHead(k.Key, (ulong)k.Value, default))]), _sizes[author]++);
        Entries.Add(entry);
        Book.Add(entry.Operation, entry.Index);
        _now += TimeSpan.FromSeconds(1);
        return entry;
    }

    /// <summary>Says many things that may or may not be allowed, by clocks that are minutes apart, and with much unseen.</summary>
    public void Riot(int steps)
    {
        var motions = new List<LedgerOperation.OpenMotion>();
        for (var i = 0; i < steps; i++)
        {
            var party = _samples.Next(_parties.Length);
            var sees = Enumerable.Range(0, _parties.Length).Where(_ => _samples.Next(3) > 0).ToArray();
            Wait(TimeSpan.FromMinutes(_samples.Next(60) - 25));
            if (_samples.Next(3) == 0 || motions.Count == 0) motions.Add(Open(party, Change(), TimeSpan.FromHours(1 + _samples.Next(10)), sees));
            else if (_samples.Next(6) == 0) Revoke(party);
            else Vote(party, motions[Math.Max(0, motions.Count - 1 - _samples.Next(3))], sees);
        }
    }

    /// <summary>The same entries in other orders.</summary>
    public IEnumerable<GovernanceBook> InEveryOrder(int orders)
    {
        for (var i = 0; i < orders; i++)
        {
            var book = new GovernanceBook(Book.Founding);
            foreach (var entry in Entries.OrderBy(_ => _samples.Next(1 << 30)).ToList()) book.Add(entry.Operation, entry.Index);
            yield return book;
        }
    }

    public static string Text(GovernanceBook book) => string.Join('\n',
    [
        $"{book.Standing.Quorum} {book.Standing.Paused} {book.Standing.Successor}",
        .. book.Standing.Members.OrderBy(m => m.Key).Select(m => $"{m.Key} {m.Value}"),
        .. book.Motions.Select(m => $"{m.Digest} {m.Carried} {string.Join(' ', m.Votes)}"),
    ]);

    private LedgerOperation.Vote VoteOf(int party, LedgerOperation.OpenMotion motion) =>
        new(_parties[party], default, _now, [], motion.Job, Motion.DigestOf(motion));

    private MotionChange Change() => _samples.Next(8) switch
    {
        0 => new MotionChange.Quorum(1 + _samples.Next(4)),
        1 => new MotionChange.Pause(_samples.Coin()),
        2 => new MotionChange.Successor(_samples.Digest()),
        _ => new MotionChange.Member(
            _parties[_samples.Next(_parties.Length)], _samples.Coin() ? MemberRoles.All : (MemberRoles)_samples.Next(32), _samples.Next(4) > 0),
    };
}
