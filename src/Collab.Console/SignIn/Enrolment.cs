using System.Security.Cryptography;
using System.Text;
using Collab.Console.Hosting;
using Collab.Console.People;
using Collab.Primitives;
using Microsoft.AspNetCore.DataProtection;

namespace Collab.Console.SignIn;

/// <summary>Gives a person a password and a second factor.</summary>
/// <param name="people">Who there is.</param>
/// <param name="settings">For the name in the authenticator.</param>
/// <param name="protection">Seals what a form brings back; its keys are in memory.</param>
public sealed class Enrolment(PeopleRegister people, ConsoleSettings settings, IDataProtectionProvider protection)
{
    private readonly IDataProtector _protector = protection.CreateProtector("second factor");
    private readonly SemaphoreSlim _deriving = new(1);

    /// <summary>Who was given a link.</summary>
    /// <exception cref="CollabException"><see cref="PeopleErrors.LinkUnusable"/>.</exception>
    public Person Invited(string token) => people.Invited(token);

    /// <summary>Offers a fresh second factor.</summary>
    public SecondFactorOffer Offer(Person person) => Offered(RandomNumberGenerator.GetBytes(TimeCode.SecretSize), person);

    /// <summary>The offer that a form brings back, or null when it is none or another person's.</summary>
    public SecondFactorOffer? Reopen(string? sealedOffer, Person person)
    {
        if (string.IsNullOrEmpty(sealedOffer)) return null;
        try
        {
            var opened = _protector.Unprotect(Convert.FromBase64String(sealedOffer));
            return Encoding.UTF8.GetString(opened.AsSpan(TimeCode.SecretSize)) == Owner(person) ? Offered(opened[..TimeCode.SecretSize], person) : null;
        }
        catch (Exception e) when (e is CryptographicException or FormatException or ArgumentOutOfRangeException)
        {
            return null; // the node was started again, or somebody tried
        }
    }

    /// <summary>Enrols the person whose link it is.</summary>
    /// <returns>The recovery codes, to be shown once.</returns>
    /// <exception cref="CollabException">The link, the password or the code is not good.</exception>
    public async Task<IReadOnlyList<string>> EnrolAsync(
        string token, string password, string again, SecondFactorOffer offer, string code, CancellationToken cancellation)
    {
        var person = people.Invited(token);
        Passwords.Check(password, again, person.Name);
        var step = StepOf(offer, code);
        var codes = RecoveryCodes.Generate();
        await _deriving.WaitAsync(cancellation);
        try
        {
            var hash = await Task.Run(() => PasswordHash.Of(password), cancellation);
            people.Enrol(token, new Credentials(hash, offer.Secret, step, [.. codes.Select(RecoveryCodes.DigestOf)]));
        }
        finally
        {
            _deriving.Release();
        }

        settings.Journal.Note(person.Name, "enrol", null);
        return codes;
    }

    /// <summary>Puts a new second factor in the place of a person's; recovery codes are new, too. Open sessions stay.</summary>
    /// <returns>The recovery codes, to be shown once.</returns>
    /// <exception cref="CollabException">The code is not that of the new one.</exception>
    public IReadOnlyList<string> Renew(string name, SecondFactorOffer offer, string code)
    {
        var step = StepOf(offer, code);
        var codes = RecoveryCodes.Generate();
        people.Update(name, person => person with
        {
            Credentials = person.Credentials! with { SecondFactor = offer.Secret, LastStep = step, RecoveryCodes = [.. codes.Select(RecoveryCodes.DigestOf)] },
        });
        settings.Journal.Note(name, "second-factor.renew", null);
        return codes;
    }

    private long StepOf(SecondFactorOffer offer, string code) => TimeCode.Match(offer.Secret, code, settings.Clock.GetUtcNow(), lastStep: 0)
        ?? throw new CollabException(SignInDesk.Wrong, "The code is not that of this second factor; compare the clocks of the two devices.");

    private SecondFactorOffer Offered(byte[] secret, Person person)
    {
        var key = TimeCode.ToBase32(secret);
        var issuer = Uri.EscapeDataString($"{settings.Party.Name} ({settings.Consortium})");
        var address = $"otpauth://totp/{issuer}:{Uri.EscapeDataString(person.Name)}?secret={key}&issuer={issuer}"; // the authenticators' key URI format
        var sealedOffer = _protector.Protect([.. secret, .. Encoding.UTF8.GetBytes(Owner(person))]);
        return new(secret, string.Join(' ', key.Chunk(4).Select(c => new string(c))), QrPicture.Of(address), Convert.ToBase64String(sealedOffer));
    }

    private static string Owner(Person person) => $"{person.Name}/{person.Version}";
}
