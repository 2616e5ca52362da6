namespace Collab.Console.SignIn;

/// <summary>A second factor that is offered and not yet taken.</summary>
/// <param name="Secret">The secret.</param>
/// <param name="Key">The secret as it is typed into an authenticator.</param>
/// <param name="Picture">The same as a picture to scan, in SVG of our own making.</param>
/// <param name="Sealed">What the form brings back: the secret and whose it is, sealed by the node.</param>
public sealed record SecondFactorOffer(byte[] Secret, string Key, string Picture, string Sealed)
{
    /// <summary>Says no secret.</summary>
    public override string ToString() => "an offered second factor";
}
