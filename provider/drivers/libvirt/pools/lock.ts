interface Waiting {
  exclusive: boolean;
  enter: () => void;
}

/**
 * Many may share it, or one have it alone, in the order they came. libvirt refuses to refresh or stop a pool while
 * volumes in it are being made ("has asynchronous jobs running"), and makes many volumes at once with pleasure.
 */
export class SharedLock {
  private sharing = 0;
  private alone = false;
  private readonly waiting: Waiting[] = [];

  shared<T>(work: () => Promise<T>): Promise<T> {
    return this.hold(false, work);
  }

  exclusive<T>(work: () => Promise<T>): Promise<T> {
    return this.hold(true, work);
  }

  get idle(): boolean {
    return this.sharing === 0 && !this.alone && this.waiting.length === 0;
  }

  private async hold<T>(exclusive: boolean, work: () => Promise<T>): Promise<T> {
    await new Promise<void>((enter) => {
      this.waiting.push({ exclusive, enter });
      this.admit();
    });
    try {
      return await work();
    } finally {
      if (exclusive) this.alone = false;
      else this.sharing--;
      this.admit();
    }
  }

  private admit(): void {
    for (let next = this.waiting[0]; next; next = this.waiting[0]) {
      if (this.alone || (next.exclusive && this.sharing > 0)) return;
      if (next.exclusive) this.alone = true;
      else this.sharing++;
      this.waiting.shift();
      next.enter();
    }
  }
}
