using System.Security.Cryptography;
using Collab.Console.People;
using Collab.Primitives;

namespace Collab.Console.SignIn;

/// <summary>Lets people in by name, password and second factor, and lets them change the password.</summary>
/// <param name="people">Who there is.</param>
/// <param name="sessions">Who is in.</param>
/// <param name="journal">Where it is noted.</param>
/// <param name="clock">The clock.</param>
public sealed class SignInDesk(PeopleRegister people, Sessions sessions, Journal journal, TimeProvider clock)
{
    /// <summary>Name, password or code is wrong; which one is not said.</summary>
    public static readonly ErrorCode Wrong = new(
        "sign-in.wrong", ErrorKind.Refused, "Try again with the newest code of your authenticator; a code counts once. The operator of your party can reset what you lost.");

    /// <summary>Somebody who is signed in does not know the password.</summary>
    public static readonly ErrorCode OldWrong = new(
        "sign-in.old-password-wrong", ErrorKind.Refused, "Type the password that you signed in with. If it is lost, the operator of your party gives a new link ('collab console person reset').");

    /// <summary>Too many tries.</summary>
    public static readonly ErrorCode Wait = new(
        "sign-in.wait", ErrorKind.Refused, "Wait as long as it says and try again.");

    /// <summary>The second factor was shown too long ago for this.</summary>
    public static readonly ErrorCode Confirm = new(
        "sign-in.confirm", ErrorKind.Refused, "Type the newest code of your authenticator into the form and send it again.");

    private const int LongestPassword = 1024;
    private const int LongestName = 63;

    private readonly Attempts _attempts = new(clock);
    private readonly SemaphoreSlim _deriving = new(2); // a derivation is a fifth of a second of a processor; guesses queue here, not in front of the node

    /// <summary>Signs in.</summary>
    /// <returns>The key for the cookie.</returns>
    /// <exception cref="CollabException"><see cref="Wrong"/> or <see cref="Wait"/>.</exception>
    public async Task<string> SignInAsync(string name, string password, string code, string address, string browser, CancellationToken cancellation)
    {
        string[] keys = [$"person {(name.Length <= LongestName ? name : "")}", $"address {address}"];
        Begin(keys);
        var person = people.Find(name);
        var credentials = person?.Credentials;
        var matches = await DeriveAsync(() => (credentials?.Password ?? PasswordHash.OfNobody).Matches(Cut(password)), cancellation) & credentials is not null;
        if (!matches || !UseCode(name, code))
        {
            journal.Note(person?.Name, "sign-in.refused", address);
            throw new CollabException(Wrong, "Name, password or code is wrong.");
        }

        _attempts.Succeed(keys);
        var key = sessions.Open(people.Find(name)!, address, browser);
        journal.Note(name, "sign-in", address);
        return key;
    }

    /// <summary>Takes a code again from somebody who is signed in.</summary>
    /// <exception cref="CollabException"><see cref="Wrong"/> or <see cref="Wait"/>.</exception>
    public void ConfirmAgain(Session session, string code)
    {
        string[] keys = [$"confirm {session.Person}"];
        Begin(keys);
        if (!UseCode(session.Person, code)) throw new CollabException(Wrong, "The code is wrong, or was used before.");
        _attempts.Succeed(keys);
        sessions.Confirm(session);
    }

    /// <summary>Gives somebody who is signed in another password; the person's other sessions end.</summary>
    /// <exception cref="CollabException"><see cref="Confirm"/>, <see cref="PeopleErrors.PasswordWeak"/>, <see cref="OldWrong"/> or <see cref="Wait"/>.</exception>
    public async Task ChangePasswordAsync(Session session, string old, string password, string again, CancellationToken cancellation)
    {
        sessions.RequireConfirmed(session);
        Passwords.Check(password, again, session.Person);
        if (password == old) throw new CollabException(PeopleErrors.PasswordWeak, "The new password is the old one.");
        string[] keys = [$"password {session.Person}"];
        Begin(keys);
        var kept = people.Find(session.Person)?.Credentials?.Password ?? PasswordHash.OfNobody;
        if (await DeriveAsync(() => kept.Matches(Cut(old)) ? PasswordHash.Of(password) : null, cancellation) is not { } hash)
        {
            journal.Note(session.Person, "password.refused", session.Address);
            throw new CollabException(OldWrong, "The old password is wrong.");
        }

        people.Update(session.Person, person => person with { Credentials = person.Credentials! with { Password = hash } });
        _attempts.Succeed(keys);
        sessions.EndOthers(session);
        journal.Note(session.Person, "password.change", session.Address);
    }

    private async Task<T> DeriveAsync<T>(Func<T> derive, CancellationToken cancellation)
    {
        await _deriving.WaitAsync(cancellation);
        try
        {
            return await Task.Run(derive, cancellation);
        }
        finally
        {
            _deriving.Release();
        }
    }

    private static string Cut(string password) => password[..Math.Min(password.Length, LongestPassword)];

    private void Begin(string[] keys)
    {
        if (_attempts.Begin(keys) is { } wait && wait > TimeSpan.Zero)
            throw new CollabException(Wait, $"There were too many tries; wait {Math.Ceiling(wait.TotalSeconds)} seconds.");
    }

    // A code of the authenticator, or one of the recovery codes; either counts once, also when two come at the same moment.
    private bool UseCode(string name, string code)
    {
        var used = false;
        people.Update(name, person =>
        {
            if (person.Credentials is not { } own) return person;
            if (TimeCode.Match(own.SecondFactor, code, clock.GetUtcNow(), own.LastStep) is { } step)
            {
                used = true;
                return person with { Credentials = own with { LastStep = step } };
            }

            var digest = RecoveryCodes.DigestOf(code);
            var left = own.RecoveryCodes.Where(kept => !CryptographicOperations.FixedTimeEquals(kept, digest)).ToList();
            used = left.Count < own.RecoveryCodes.Count;
            return used ? person with { Credentials = own with { RecoveryCodes = left } } : person;
        });
        return used;
    }
}
