import { bookwormSources } from "./debianPackages";

describe("bookwormSources", () => {
  it("asks the host's Debian mirrors for Debian 12", () => {
    expect(
      bookwormSources(
        [
          "http://mirror.example/debian/|trixie|main|Debian",
          "http://mirror.example/debian/|trixie-updates|main|Debian",
          "http://mirror.example/debian-security/|trixie-security|main|Debian",
        ],
        "trixie",
      ),
    ).toEqual([
      "deb http://mirror.example/debian/ bookworm main",
      "deb http://mirror.example/debian/ bookworm-updates main",
      "deb http://mirror.example/debian-security/ bookworm-security main",
    ]);
  });

  it("leaves other origins and components out", () => {
    expect(
      bookwormSources(
        [
          "https://packages.example/node/|nodistro|main|Example",
          "http://mirror.example/debian/|trixie|contrib|Debian",
          "http://mirror.example/ubuntu/|noble|main|Ubuntu",
        ],
        "trixie",
      ),
    ).toEqual([]);
  });
});
