using System.Text;
using Collab.Primitives;

namespace Collab.Identity;

/// <summary>A passphrase as certificate files take it: as characters, which are zeroed when they were used.</summary>
public static class Passphrase
{
    /// <summary>What is done with the characters; they must not be kept beyond the call.</summary>
    public delegate T Function<out T>(ReadOnlySpan<char> passphrase);

    /// <summary>Calls back with the characters of a passphrase in UTF-8, with none when it is null.</summary>
    public static T Use<T>(SecretBytes? passphrase, Function<T> use)
    {
        if (passphrase is null) return use(default);
        return passphrase.Use(use, static (bytes, use) =>
        {
            var characters = new char[Encoding.UTF8.GetMaxCharCount(bytes.Length)];
            try
            {
                return use(characters.AsSpan(0, Encoding.UTF8.GetChars(bytes, characters)));
            }
            finally
            {
                Array.Clear(characters);
            }
        });
    }
}
