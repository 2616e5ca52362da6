using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Collab.Console.People;
using Collab.Primitives;

namespace Collab.Console.SignIn;

/// <summary>How long sessions last.</summary>
/// <param name="Idle">Without a request.</param>
/// <param name="Absolute">In all.</param>
/// <param name="Confirmed">How long the second factor counts for acts that bind the party.</param>
public sealed record SessionLimits(TimeSpan Idle, TimeSpan Absolute, TimeSpan Confirmed)
{
    /// <summary>30 minutes, 12 hours, 15 minutes.</summary>
    public static SessionLimits Standard { get; } = new(TimeSpan.FromMinutes(30), TimeSpan.FromHours(12), TimeSpan.FromMinutes(15));
}

/// <summary>A person signed in at one browser.</summary>
/// <param name="Id">Names it in lists; no secret.</param>
/// <param name="Person">Whose it is.</param>
/// <param name="Version">The person's version when it was opened.</param>
/// <param name="Opened">When.</param>
/// <param name="Address">From where.</param>
/// <param name="Browser">With what, as the browser says.</param>
public sealed record Session(string Id, string Person, long Version, DateTimeOffset Opened, string Address, string Browser)
{
    /// <summary>When the last request came.</summary>
    public DateTimeOffset LastSeen { get; internal set; } = Opened;

    /// <summary>When the second factor was last shown.</summary>
    public DateTimeOffset Confirmed { get; internal set; } = Opened;
}

/// <summary>Who is signed in. In memory alone: with the node, all sessions end.</summary>
/// <param name="people">Who there is.</param>
/// <param name="limits">How long they last.</param>
/// <param name="clock">The clock.</param>
public sealed class Sessions(PeopleRegister people, SessionLimits limits, TimeProvider clock)
{
    private const int KeySize = 32;
    private const int MostSessions = 10_000;

    private readonly ConcurrentDictionary<string, Session> _byDigest = new();

    /// <summary>Opens a session.</summary>
    /// <returns>The key for the browser's cookie; only its digest is kept.</returns>
    public string Open(Person person, string address, string browser)
    {
        foreach (var (digest, old) in _byDigest)
        {
            if (HasEnded(old)) _byDigest.TryRemove(digest, out _);
        }

        // Whoever signs in again and again loses the oldest.
        if (_byDigest.Count >= MostSessions) _byDigest.TryRemove(_byDigest.MinBy(s => s.Value.LastSeen).Key, out _);
        var key = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeySize));
        var session = new Session(
            Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)), person.Name, person.Version, clock.GetUtcNow(), address, browser[..Math.Min(browser.Length, 200)]);
        _byDigest[DigestOf(key)] = session;
        return key;
    }

    /// <summary>The session of a cookie with its person, or null when it has ended; counts as a request.</summary>
    public (Session Session, Person Person)? Find(string key)
    {
        var digest = DigestOf(key);
        if (!_byDigest.TryGetValue(digest, out var session)) return null;
        if (HasEnded(session) || people.Find(session.Person) is not { Credentials: not null } person || person.Version != session.Version)
        {
            _byDigest.TryRemove(digest, out _);
            return null;
        }

        session.LastSeen = clock.GetUtcNow();
        return (session, person);
    }

    /// <summary>Whether a session goes on, for what lasts longer than a request; no request is counted.</summary>
    public bool Stands(Session session) =>
        _byDigest.Values.Contains(session) && !HasEnded(session) && people.Find(session.Person)?.Version == session.Version;

    /// <summary>A person's open sessions, the newest first.</summary>
    public IReadOnlyList<Session> Of(string person) =>
        [.. _byDigest.Values.Where(s => s.Person == person && !HasEnded(s)).OrderByDescending(s => s.LastSeen)];

    /// <summary>Ends one of a person's sessions.</summary>
    public void End(string person, string id)
    {
        foreach (var (digest, session) in _byDigest)
        {
            if (session.Person == person && session.Id == id) _byDigest.TryRemove(digest, out _);
        }
    }

    /// <summary>Ends all of a person's sessions but this one.</summary>
    public void EndOthers(Session session)
    {
        foreach (var (digest, other) in _byDigest)
        {
            if (other.Person == session.Person && other.Id != session.Id) _byDigest.TryRemove(digest, out _);
        }
    }

    /// <summary>Whether the second factor was shown a short time ago.</summary>
    public bool IsConfirmed(Session session) => clock.GetUtcNow() - session.Confirmed < limits.Confirmed;

    /// <summary>Refuses unless the second factor was shown a short time ago.</summary>
    /// <exception cref="CollabException"><see cref="SignInDesk.Confirm"/>.</exception>
    public void RequireConfirmed(Session session)
    {
        if (!IsConfirmed(session)) throw new CollabException(SignInDesk.Confirm, "This needs a fresh code of your authenticator.");
    }

    /// <summary>The second factor was shown now.</summary>
    public void Confirm(Session session) => session.Confirmed = clock.GetUtcNow();

    private bool HasEnded(Session session)
    {
        var now = clock.GetUtcNow();
        return now - session.LastSeen >= limits.Idle || now - session.Opened >= limits.Absolute;
    }

    private static string DigestOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
