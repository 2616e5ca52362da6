using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Collab.Primitives;

namespace Collab.Console.People;

/// <summary>Where the register is kept: one value of the node's encrypted store.</summary>
public interface IPeopleStore
{
    /// <summary>The value, or null before the first person.</summary>
    byte[]? Read();

    /// <summary>Replaces the value as a whole; returns when it is on the disk.</summary>
    void Write(ReadOnlySpan<byte> value);

    /// <summary>Held while the value is read, changed and written: the node and the command line are two processes.</summary>
    IDisposable Lock();
}

/// <summary>The people of this party. Each look reads the store, so what the command line changes counts from the next request on.</summary>
/// <param name="store">Where it is kept.</param>
/// <param name="clock">The clock, for links.</param>
public sealed class PeopleRegister(IPeopleStore store, TimeProvider clock)
{
    /// <summary>How long a link may be used.</summary>
    public static readonly TimeSpan LinkLifetime = TimeSpan.FromHours(24);

    private const int LongestName = 63;
    private const int TokenSize = 32;

    /// <summary>Everybody, by name.</summary>
    public IReadOnlyList<Person> All => Parse(store.Read());

    /// <summary>The person of a name, or null.</summary>
    public Person? Find(string name) => All.FirstOrDefault(person => person.Name == name);

    /// <summary>Adds a person.</summary>
    /// <returns>The token of the link with which the person enrols, once.</returns>
    /// <exception cref="CollabException"><see cref="PeopleErrors.Invalid"/> or <see cref="PeopleErrors.Exists"/>.</exception>
    public string Add(string name, IReadOnlyList<string> roles)
    {
        var valid = name.Length is > 0 and <= LongestName && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '-' or '_')
            && char.IsAsciiLetterOrDigit(name[0]);
        if (!valid) throw new CollabException(PeopleErrors.Invalid, "This is no name of a person.");
        CheckRoles(roles);
        var (token, invitation) = Invite();
        Change(people => people.Any(p => p.Name == name)
            ? throw new CollabException(PeopleErrors.Exists, $"There is a person '{name}' already.")
            : [.. people, new Person(name, Sorted(roles), NextVersion()) { Invitation = invitation }]);
        return token;
    }

    /// <summary>Takes the person's password and second factor away and gives a new link.</summary>
    public string Reset(string name)
    {
        var (token, invitation) = Invite();
        Update(name, person => person with { Credentials = null, Invitation = invitation, Version = NextVersion() });
        return token;
    }

    /// <summary>Gives a person other roles; what the person has open ends.</summary>
    public void SetRoles(string name, IReadOnlyList<string> roles)
    {
        CheckRoles(roles);
        Change(people => KeepAnOperator(people, [.. people.Select(p => p.Name == name ? p with { Roles = Sorted(roles), Version = NextVersion() } : p)], name));
    }

    /// <summary>Removes a person; what the person has open ends.</summary>
    public void Remove(string name) => Change(people => KeepAnOperator(people, [.. people.Where(p => p.Name != name)], name));

    /// <summary>Who was given the link, when it can still be used.</summary>
    /// <exception cref="CollabException"><see cref="PeopleErrors.LinkUnusable"/>.</exception>
    public Person Invited(string token)
    {
        var digest = SHA256.HashData(Encoding.ASCII.GetBytes(token));
        return All.FirstOrDefault(p => p.Invitation is { } i && clock.GetUtcNow() < i.Expires && CryptographicOperations.FixedTimeEquals(i.Token, digest))
            ?? throw new CollabException(PeopleErrors.LinkUnusable, "The link was used, has expired or never was.");
    }

    /// <summary>Enrols whoever has the link; the link is used up.</summary>
    /// <exception cref="CollabException"><see cref="PeopleErrors.LinkUnusable"/> or <see cref="PeopleErrors.PasswordWeak"/>.</exception>
    public Person Enrol(string token, Credentials credentials)
    {
        var name = Invited(token).Name;
        return Update(name, person =>
        {
            Invited(token); // again under the lock: a link is used once
            return person with { Credentials = credentials, Invitation = null, Version = NextVersion() };
        });
    }

    /// <summary>Changes one person.</summary>
    /// <exception cref="CollabException"><see cref="PeopleErrors.Unknown"/>.</exception>
    public Person Update(string name, Func<Person, Person> change)
    {
        Person? changed = null;
        Change(people => [.. people.Select(p => p.Name == name ? changed = change(p) : p)]);
        return changed ?? throw new CollabException(PeopleErrors.Unknown, $"There is no person '{name}'.");
    }

    private void Change(Func<IReadOnlyList<Person>, IReadOnlyList<Person>> change)
    {
        using (store.Lock())
        {
            var changed = change(All);
            var bytes = JsonSerializer.SerializeToUtf8Bytes(changed.OrderBy(p => p.Name, StringComparer.Ordinal));
            store.Write(bytes);
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private static IReadOnlyList<Person> KeepAnOperator(IReadOnlyList<Person> before, IReadOnlyList<Person> after, string name)
    {
        if (before.All(p => p.Name != name)) throw new CollabException(PeopleErrors.Unknown, $"There is no person '{name}'.");
        return before.Any(IsOperator) && !after.Any(IsOperator)
            ? throw new CollabException(PeopleErrors.LastOperator, $"'{name}' is the last operator.")
            : after;
    }

    private static bool IsOperator(Person person) => person.Roles.Contains(PersonRoles.Operator);

    private static IReadOnlyList<Person> Parse(byte[]? value) => value is null ? [] : JsonSerializer.Deserialize<List<Person>>(value)!;

    private (string Token, Invitation Invitation) Invite()
    {
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenSize));
        return (token, new Invitation(SHA256.HashData(Encoding.ASCII.GetBytes(token)), clock.GetUtcNow() + LinkLifetime));
    }

    private static void CheckRoles(IReadOnlyList<string> roles)
    {
        if (roles.Count == 0 || roles.Any(role => !PersonRoles.All.Contains(role)))
            throw new CollabException(PeopleErrors.Invalid, "A person has one role or more of researcher, owner, auditor, supervisor and operator.");
    }

    private static IReadOnlyList<string> Sorted(IReadOnlyList<string> roles) => [.. PersonRoles.All.Where(roles.Contains)];

    // Random rather than counted: a person who was removed and added again is another one.
    private static long NextVersion() => BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));
}
