using Collab.Primitives;

namespace Collab.Console.Tests.Support;

/// <summary>Somebody with an account at one party's console: name, password and the telephone with the second factor.</summary>
internal sealed class Person(PartyId party, string name, string password, string secret)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);

    private readonly SemaphoreSlim _telephone = new(1);
    private long _lastStep;

    /// <summary>The party whose person it is.</summary>
    public PartyId Party => party;

    public string Name => name;

    public string Password => password;

    /// <summary>The recovery codes that were shown at enrolment.</summary>
    public IReadOnlyList<string> RecoveryCodes { get; set; } = [];

    /// <summary>What a browser keeps of a session that is open, so that not every test signs in again.</summary>
    public string? Kept { get; set; }

    /// <summary>A code that was not used before. Three are good at a time (one step early, one late); when all were used, the next step is waited for.</summary>
    public async Task<string> CodeAsync()
    {
        await _telephone.WaitAsync();
        try
        {
            while (true)
            {
                var now = DateTimeOffset.UtcNow;
                var first = Totp.Step(now.AddSeconds(8)) - 1; // not one that ends while the form is on its way
                var step = Math.Max(first, _lastStep + 1);
                if (step <= Totp.Step(now) + 1)
                {
                    _lastStep = step;
                    return Totp.Code(secret, step);
                }

                await Task.Delay(Poll);
            }
        }
        finally
        {
            _telephone.Release();
        }
    }

    /// <summary>The code that counted last; it must not count again.</summary>
    public string UsedCode => Totp.Code(secret, _lastStep);
}
